"""`python -m twokeys`: the command."""

from twokeys.commands.app import app

if __name__ == "__main__":
    app(prog_name="twokeys")
