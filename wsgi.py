"""The door for a web server and for commands: `flask --app wsgi serve`, `flask --app wsgi worker`."""

import os

from sar.application import create_app
from sar.cli import register_commands
from sar.settings import Settings

os.umask(0o077)  # whatever this process writes is its owner's alone
app = create_app(Settings.from_env())
register_commands(app)
