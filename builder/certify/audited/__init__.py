"""The audited tier: where exact balance cannot be had, selection against adversaries and statistics from others."""
