"""Where settings are read from: the environment, `.env`, and what `manage.py up` has chosen."""

from pathlib import Path

from notification_service.environment import Environment

PACKAGE_DIR = Path(__file__).resolve().parents[1]
# Where .env and var/ are: in the checkout; for an installed package, in the current folder.
IS_CHECKOUT = (PACKAGE_DIR.parent / "manage.py").exists()
BASE_DIR = PACKAGE_DIR.parent if IS_CHECKOUT else Path.cwd()

env = Environment()
env.read_env(BASE_DIR / ".env", recurse=False)
DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var").absolute()
# There only while `manage.py up` runs with its gateway simulator.
SAMPLE_CLIENTS = DATA_DIR / "sample-clients.csv"
# What `manage.py up` has chosen, so that a second terminal finds it with nothing configured.
env.read_chosen(DATA_DIR / "embedded.env", except_for=("DATABASE_URL", "BROKER_URL"))
