"""A browser without scripts, over real HTTP: it keeps cookies and sends forms."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from nof1_tracker.database.people.reading_engine import reading_engine
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from nof1_tracker.settings import WebSettings
from nof1_tracker.web.people.visits import People
from tests.integration.people.people import PASSWORD
from tests.integration.web.served import record_of, serving

_TOKEN = re.compile(r'name="form" value="(\w+)"')


@dataclass
class Person:
    """One who visits.

    Attributes:
        headers: Sent with each request.
    """

    client: httpx.Client
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        url = self.client.base_url
        return f"{url.scheme}://{self.headers.get('Host', url.netloc.decode())}"

    def get(self, path: str) -> httpx.Response:
        return self.client.get(self._address(path), headers=self.headers)

    def send(self, path: str, page: str = "", **fields: str) -> httpx.Response:
        """Opens the page of the form, which is at the same address, and sends it."""
        found = _TOKEN.search(self.get(page or path).text)
        assert found, f"no form at {page or path}"
        return self.post(path, {"form": found[1], **fields}, Origin=self.origin)

    def post(self, path: str, fields: dict[str, str], **more: str) -> httpx.Response:
        headers = self.headers | more
        return self.client.post(self._address(path), data=fields, headers=headers)

    def sign_in(self, password: str = PASSWORD) -> httpx.Response:
        return self.send("/sign-in", name="anna", password=password)

    def _address(self, path: str) -> httpx.URL:
        return self.client.base_url.join(path)


@contextmanager
def visiting(
    services: SignInServices, public_url: str | None = None
) -> Iterator[Person]:
    """Somebody who visits a server, which reads as one that is started does."""
    reader = reading_engine(services.engine)
    settings = WebSettings(NOF1_PUBLIC_URL=public_url)
    people = People(services, public_url)
    with serving(record_of(reader, services.clock), settings, people) as client:
        yield Person(client)
    reader.dispose()
