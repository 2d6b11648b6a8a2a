"""The token goes to the base URL, over https, in one header, and appears nowhere else."""

from __future__ import annotations

import pickle
import random
import traceback
from pathlib import Path

import pytest

from reconciler.api import Client, Token
from reconciler.wire import Call, Rejected, Repeat, WireError

from .calls import CREATE, DEVICES, READ
from .conftest import TOKEN, MakeClient
from .scripted import Reply, Scripted, VirtualClock


def client_for(url: str, token: str | Token = TOKEN) -> Client:
    return Client(url, token, clock=VirtualClock(), rng=random.Random(0))


class TestBaseUrl:
    @pytest.mark.parametrize(
        "url",
        [
            "https://api.packet.net",
            "https://api.packet.net/",
            "https://api.packet.net:8443/metal/v1",
            "HTTPS://API.PACKET.NET",
            "http://127.0.0.1:8080",
            "http://127.8.9.1",
            "http://localhost:1",
            "http://[::1]:8080",
            "https://10.0.0.1",
        ],
    )
    def test_good_ones(self, url: str) -> None:
        assert repr(client_for(url)) == f"Client({url.rstrip('/')!r})"

    @pytest.mark.parametrize(
        "url",
        [
            "http://api.packet.net",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://2130706433",
            "http://[::2]",
        ],
    )
    def test_plain_http_to_another_machine(self, url: str) -> None:
        with pytest.raises(WireError, match="must be https"):
            client_for(url)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "api.packet.net",
            "ftp://api.packet.net",
            "file:///etc/passwd",
            "https://",
            "https:///x",
            "https://api.packet.net:0",
            "https://api.packet.net:99999",
            "https://api.packet.net?x=1",
            "https://api.packet.net#x",
            "https://api.packet.net/a b",
            "https://api.packet.net\\.evil.example",
            "https://api.packet.net\r\nX: y",
            " https://api.packet.net",
            "https://api.packet.net\n",
            "https://аpi.packet.net",
        ],
    )
    def test_what_is_no_url(self, url: str) -> None:
        with pytest.raises(WireError, match="not an API URL") as caught:
            client_for(url)
        assert "\r" not in str(caught.value)

    @pytest.mark.parametrize("url", ["https://me:hunter2@api.packet.net", "https://hunter2@api.packet.net"])
    def test_one_with_a_password_is_refused_and_not_shown(self, url: str) -> None:
        with pytest.raises(WireError, match="must not hold a user name or password") as caught:
            client_for(url)
        assert "hunter2" not in str(caught.value)

    def test_a_prefix_is_kept(self, make_client: MakeClient, server: Scripted) -> None:
        make_client(f"{server.url}/metal/v1/").send(READ)
        assert server.seen[0].target == "/metal/v1/devices/d1"


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "",
            "devices/x",
            "@evil.example/x",
            ".evil.example/x",
            ":80/x",
            "/",
            "//evil.example/x",
            "/devices/",
            "/devices//ips",
            "/devices/../projects/p1",
            "/devices/.",
            "/devices/%2e%2e/x",
            "/devices/a?x=1",
            "/devices/a#x",
            "/devices/a b",
            "/devices/a\r\nX-Evil: 1",
            "/devices/a\\b",
            "/devices/é",
        ],
    )
    def test_an_id_cannot_lead_a_call_elsewhere(self, path: str, client: Client, server: Scripted) -> None:
        with pytest.raises(WireError, match="refused to send"):
            client.send(Call("DELETE", "/devices/{id}", path))
        assert server.connections == 0

    @pytest.mark.parametrize(
        "target", ["", "x", "@evil.example/", "https://evil.example/", "/a b", "/a\nb", "/a/../b", "/%2E%2e/b", "/a#b"]
    )
    def test_nor_can_a_typed_one(self, target: str, client: Client, server: Scripted) -> None:
        with pytest.raises(WireError, match="refused to send"):
            client.raw("GET", target)
        assert server.connections == 0

    @pytest.mark.parametrize("method", ["", "GET /x HTTP/1.1\r\nX:", "CONNECT", "TRACE"])
    def test_a_method_is_one_of_the_usual(self, method: str, client: Client, server: Scripted) -> None:
        with pytest.raises(WireError, match="is not an HTTP method"):
            client.raw(method, "/x")
        assert server.connections == 0


class TestToken:
    @pytest.mark.parametrize("text", ["", "  ", "\n"])
    def test_an_empty_one_names_the_variable(self, text: str) -> None:
        with pytest.raises(WireError, match="the API token is empty; set PACKET_AUTH_TOKEN"):
            Token(text)

    @pytest.mark.parametrize("text", ["se cret", "sec\r\nret", "secret\N{SNOWMAN}", "sec\x00ret"])
    def test_one_that_cannot_stand_in_a_header_is_refused_and_not_shown(self, text: str) -> None:
        with pytest.raises(WireError, match="blank or a character that is not ASCII") as caught:
            Token(text)
        assert "ret" not in str(caught.value).replace("PACKET", "")

    def test_blanks_around_it_are_dropped(self, server: Scripted) -> None:
        with client_for(server.url, f" {TOKEN}\r\n") as client:
            client.send(READ)
        assert server.seen[0].headers["X-Auth-Token"] == TOKEN

    def test_it_does_not_show(self) -> None:
        token = Token(TOKEN)
        assert TOKEN not in f"{token} {token!r} {[token]}"
        assert token.reveal() == TOKEN
        with pytest.raises(TypeError):
            pickle.dumps(token)

    def test_it_travels_in_one_header_only(self, client: Client, server: Scripted) -> None:
        client.send(CREATE)
        seen = server.seen[0]
        assert [name for name, value in seen.headers.items() if TOKEN in value] == ["X-Auth-Token"]
        assert TOKEN not in seen.target + seen.body.decode()

    def test_each_of_several_echoes_is_taken_out(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(422, {"errors": [f"{TOKEN} is not {TOKEN}", f"nor {TOKEN}"]}, {"X-Request-Id": TOKEN * 2}))
        with pytest.raises(Rejected) as caught:
            client.send(READ)
        assert TOKEN not in f"{caught.value!r} {vars(caught.value)}"
        assert caught.value.errors == ("*** is not ***", "nor ***")

    def test_no_failure_carries_it_anywhere(self, client: Client, server: Scripted, notes: list[str]) -> None:
        bad = [
            Reply(401, {"error": "Invalid authentication token"}),
            Reply(drop=True),
            Reply(reset=True),
            Reply(500),
            Reply(302, headers={"Location": "http://127.0.0.1:1/"}),
            Reply(429),
            Reply(200, b"{", missing=5),
        ]
        for reply in bad:
            server.replies(reply)
            for call in (READ, CREATE):
                with pytest.raises(WireError) as caught:
                    client.send(call)
                assert TOKEN not in "".join(traceback.format_exception(caught.value))
                chain: BaseException | None = caught.value
                while chain is not None:
                    # The library's exceptions hold the request, and with it the header.
                    assert not hasattr(chain, "request")
                    assert TOKEN not in f"{chain!r} {vars(chain)}"
                    chain = chain.__cause__ or chain.__context__
            with pytest.raises(WireError):
                client.fetch(DEVICES)
        assert TOKEN not in " ".join(notes)
        assert TOKEN not in repr(client)


class TestSurroundings:
    def test_proxies_and_netrc_of_the_environment_are_not_used(
        self, server: Scripted, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
        monkeypatch.setenv("NETRC", str(netrc))
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        with client_for(server.url) as client:
            assert client.send(READ) == {}
        assert "Authorization" not in server.seen[0].headers

    def test_cookies_are_not_kept(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, {}, {"Set-Cookie": "session=1; Path=/"}))
        client.send(READ)
        client.send(READ)
        assert "Cookie" not in server.seen[1].headers


class TestReadOnly:
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_what_could_change_something_is_not_sent(
        self, method: str, make_client: MakeClient, server: Scripted
    ) -> None:
        client = make_client(read_only=True)
        with pytest.raises(WireError, match="refused to send: this run only reads"):
            client.send(Call(method, "/devices/{id}", "/devices/d1", body={}, repeat=Repeat.NEVER))
        with pytest.raises(WireError, match="only reads"):
            client.send(Call(method.lower(), "/devices/{id}", "/devices/d1"))
        with pytest.raises(WireError, match="only reads"):
            client.raw(method, "/devices/d1")
        assert server.connections == 0

    def test_reads_are(self, make_client: MakeClient, server: Scripted) -> None:
        client = make_client(read_only=True)
        assert client.send(READ) == {}
        assert client.raw("get", "/devices").status == 200

    def test_so_is_a_question_about_capacity(self, make_client: MakeClient, server: Scripted) -> None:
        client = make_client(read_only=True)
        server.replies(Reply(200, {"servers": []}))
        assert client.send(Call("POST", "/capacity", "/capacity", body={"servers": []})) == {"servers": []}
        for method, path in (("PUT", "/capacity"), ("POST", "/capacity/x"), ("POST", "/userdata/validate")):
            with pytest.raises(WireError, match="only reads"):
                client.send(Call(method, path, path))
        assert len(server.seen) == 1
