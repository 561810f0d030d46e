"""What every test can ask for. The cast: Camille and her clients; Basile, a stranger who must see nothing.

``database`` is a real SQLite file, and for tests/models, tests/services and tests/stories a real PostgreSQL
too. Each test begins with the tables of the schema, empty.
"""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import peewee
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from relance import db as relance_db
from relance import links, models, storage, vault
from relance.config import Settings
from relance.imports import guard
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from tests import factories, servers
from tests import reading_child as reading_child_pool

BOTH_DATABASES = ("models", "services", "stories")
SECRET_KEY = "a-key-for-tests-that-opens-nothing-else"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give ``database`` its engines: both where rows are the matter, SQLite elsewhere."""
    if "engine" not in metafunc.fixturenames:
        return
    folder = metafunc.definition.path.relative_to(Path(__file__).parent).parts[0]
    engines: list[Any] = ["sqlite"]
    if metafunc.definition.get_closest_marker("postgres"):
        engines = ["postgres"]
    elif folder in BOTH_DATABASES:
        engines = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
    metafunc.parametrize("engine", engines, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: with several processes, the last ones to start then end together."""
    first = {"stories": 0, "browser": 1, "bench": 2}
    root = Path(__file__).parent
    items.sort(key=lambda item: first.get(item.path.relative_to(root).parts[0], 3))


@pytest.fixture(scope="session")
def reading_child() -> Iterator[None]:
    """The child that reads files, started once for the tests of this process."""
    yield
    reading_child_pool.end_all()


@pytest.fixture(autouse=True)
def one_reading_child(request: pytest.FixtureRequest, reading_child: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read by the same child in all tests but those of the child itself."""
    folder = request.path.relative_to(Path(__file__).parent).parts[0]
    # Readers of several threads each want theirs.
    if folder in ("services", "web") and request.path.name != "test_inbox_folder.py":
        monkeypatch.setattr(guard, "Child", reading_child_pool.taken)


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on: ``sqlite`` or ``postgres``."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    """A real PostgreSQL server, started once."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis server, started once."""
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the empty tables, to copy."""
    path = tmp_path_factory.mktemp("schema") / "relance.db"
    handle = relance_db.open_database(f"sqlite:///{path}")
    handle.create_tables(models.ALL)
    handle.close()
    return path


@pytest.fixture(scope="session")
def pg_handle(pg_url: str) -> Iterator[peewee.Database]:
    """The PostgreSQL database with its tables, open for the whole run."""
    handle = relance_db.open_database(pg_url)
    with handle.connection_context():
        handle.create_tables(models.ALL)
    yield handle
    handle.close_all()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """The instance's own folder."""
    path = tmp_path / "data"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def database_url(engine: str, data_dir: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty database of the engine under test."""
    if engine == "postgres":
        handle = request.getfixturevalue("pg_handle")
        with handle.connection_context():
            _empty(handle)
        return str(request.getfixturevalue("pg_url"))
    shutil.copyfile(request.getfixturevalue("sqlite_template"), data_dir / "relance.db")
    return f"sqlite:///{data_dir / 'relance.db'}"


def _empty(handle: peewee.Database) -> None:
    # One round trip of DELETEs takes 2 ms where TRUNCATE of thirty tables takes 40.
    tables = [f'DELETE FROM "{model._meta.table_name}"' for model in reversed(models.ALL)]
    handle.execute_sql("; ".join(tables))


@pytest.fixture
def settings(data_dir: Path, database_url: str, request: pytest.FixtureRequest) -> Settings:
    """The settings of the instance; mail leaves by ``smtp_server`` in the tests that ask for it."""
    smtp = request.getfixturevalue("smtp_server").smtp if "smtp_server" in request.fixturenames else None
    storage.open_storage(data_dir)
    vault.open_vault(SECRET_KEY)
    links.open_links("http://relance.example", SECRET_KEY)
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        queue_url=f"sqlite:///{data_dir / 'queue.db'}",
        secret_key=SECRET_KEY,
        smtp=smtp,
        mail_from="relances@relance.example" if smtp else None,
        smtp_timeout=3,
    )


@pytest.fixture
def database(engine: str, settings: Settings, request: pytest.FixtureRequest) -> Iterator[peewee.Database]:
    """An empty database, open in the test's thread; storage and vault are open too."""
    if engine == "postgres":
        handle = request.getfixturevalue("pg_handle")
        relance_db.database.initialize(handle)
    else:
        handle = relance_db.open_database(settings.database_url)
    with handle.connection_context():
        yield handle
    if engine == "postgres":
        handle.close_idle()


@pytest.fixture
def now() -> dt.datetime:
    """Monday 23 November 2026, 09:00 in Paris: naive, UTC."""
    return factories.NOW


@pytest.fixture
def today(now: dt.datetime) -> dt.date:
    """The day of ``now``, the same in Paris and in UTC."""
    return now.date()


@pytest.fixture
def clock(now: dt.datetime) -> Iterator[time_machine.Traveller]:
    """The machine's clock, stopped at ``now``; ``clock.move_to(instant)`` moves it."""
    with time_machine.travel(now.replace(tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


# The cast


@pytest.fixture
def account(database: peewee.Database) -> Account:
    """Atelier Roussel, Camille's business."""
    return factories.make_account()


@pytest.fixture
def camille(account: Account) -> User:
    """Camille Roussel, graphiste à Lyon, who signs in with ``factories.PASSWORD``."""
    return factories.make_user(account)


@pytest.fixture
def latitude(account: Account) -> Client:
    """Latitude Conseil, a client that pays late."""
    return factories.make_client(account)


@pytest.fixture
def nadia(latitude: Client) -> Contact:
    """Nadia Benali, the accountant of Latitude Conseil and its main contact."""
    return factories.make_contact(latitude, "Nadia Benali", "compta@latitude-conseil.example", role="Comptabilité")


@pytest.fixture
def hugo(latitude: Client, nadia: Contact) -> Contact:
    """Hugo Marchand, who ordered the work at Latitude Conseil."""
    return factories.make_contact(latitude, "Hugo Marchand", "hugo@latitude-conseil.example", register="tu")


@pytest.fixture
def invoice(latitude: Client, nadia: Contact) -> Invoice:
    """An invoice of Latitude Conseil: 1 200,00 €, ten days late."""
    return factories.make_invoice(latitude, "F-2026-0087", object="Identité visuelle")


@pytest.fixture
def basile(database: peewee.Database) -> User:
    """The stranger: another account on the same instance, with a client and an invoice of its own."""
    business = factories.make_account(
        "Menuiserie Basile", owner_name="Basile Ferrand", email="basile@menuiserie.example", siret=""
    )
    client = factories.make_client(business, "Hôtel des Cimes")
    factories.make_contact(client, "Odile Perrin", "odile@hotel-des-cimes.example")
    factories.make_invoice(client, "B-12")
    return factories.make_user(business, "basile@menuiserie.example", first_name="Basile", last_name="Ferrand")


# Mail


@pytest.fixture
def smtp_server() -> Iterator[servers.SmtpServer]:
    """A real SMTP server that keeps what it receives; see ``servers.SmtpServer`` to make it misbehave."""
    with servers.smtp_server() as server:
        yield server


# Web


@pytest.fixture
def bell() -> list[str]:
    """One entry each time the web rang for the worker."""
    return []


@pytest.fixture
def app(settings: Settings, database: peewee.Database, clock: Any, bell: list[str], engine: str) -> Iterator[Flask]:
    """The web application on the test's database, its clock stopped at ``now``."""
    from relance.web import create_app

    application = create_app(settings, bell=lambda: bell.append("rung"))
    application.testing = True
    application.config["WTF_CSRF_ENABLED"] = False
    # The application opened its own handle; the test and the requests it makes share the test's.
    opened = relance_db.database.obj
    relance_db.database.initialize(database)
    yield application
    if opened is not database and engine == "postgres":
        opened.close_all()


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    """A browser without JavaScript in which nobody signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[[User], FlaskClient]:
    """``sign_in(user)``: a browser in which that person signed in through the real door."""

    def _sign_in(user: User) -> FlaskClient:
        browser = app.test_client()
        answer = browser.post("/connexion", data={"email": user.email, "password": factories.PASSWORD})
        assert answer.status_code == 303, f"sign-in refused: {answer.status_code}"
        return browser

    return _sign_in


@pytest.fixture
def client(sign_in: Callable[[User], FlaskClient], camille: User) -> FlaskClient:
    """The browser of Camille, signed in."""
    return sign_in(camille)


@pytest.fixture
def stranger(sign_in: Callable[[User], FlaskClient], basile: User) -> FlaskClient:
    """The browser of Basile, signed in to another account."""
    return sign_in(basile)


# Every page


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An instance with a row of each state (tests/pages.py), made once for the crawls of every page."""
    from tests import pages

    folder = tmp_path_factory.mktemp("house")
    settings = Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'relance.db'}",
        queue_url=f"sqlite:///{folder / 'queue.db'}",
        secret_key=SECRET_KEY,
        signup="open",
    )
    with time_machine.travel(factories.NOW.replace(tzinfo=dt.UTC), tick=False):
        return pages.build(settings)


@pytest.fixture
def house(furnished: Any) -> Iterator[Any]:
    """The furnished instance, in use for one test, its clock stopped at ``now``."""
    with time_machine.travel(factories.NOW.replace(tzinfo=dt.UTC), tick=False):
        furnished.reopen()
        yield furnished
