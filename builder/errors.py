"""The errors of twokeys, under the name by which the builder's files know them."""

from twokeys.audit.errors import BadInput, MissingPackage, Unsayable

__all__ = ["BadInput", "MissingPackage", "Unsayable"]
