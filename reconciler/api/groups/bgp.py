"""BGP."""

from __future__ import annotations

from reconciler.api import endpoints
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import BgpConfig, BgpNeighbors, BgpSession


class Bgp(Group):
    def config(self, project_id: str, *, include: Names = ()) -> BgpConfig | None:
        """A project's configuration; None when BGP was never requested."""
        return next(self._items(BgpConfig, endpoints.get_bgp_config(project_id), include), None)

    def request_config(
        self,
        project_id: str,
        *,
        deployment_type: str,
        asn: int,
        md5: str | None = None,
        use_case: str | None = None,
    ) -> None:
        """`local` is enabled at once, `global` after a review. It can be neither changed nor withdrawn."""
        wishes = {"md5": md5, "use_case": use_case}
        given = {name: value for name, value in wishes.items() if value is not None}
        body = {"deployment_type": deployment_type, "asn": asn, **given}
        self._done(endpoints.request_bgp_config(project_id, body))

    def list_sessions(self, project_id: str, *, include: Names = ()) -> Items[BgpSession]:
        return self._items(BgpSession, endpoints.list_bgp_sessions(project_id), include)

    def list_sessions_on_device(self, device_id: str, *, include: Names = ()) -> Items[BgpSession]:
        return self._items(BgpSession, endpoints.list_device_bgp_sessions(device_id), include)

    def get_session(self, session_id: str, *, include: Names = ()) -> BgpSession:
        return self._one(BgpSession, endpoints.get_bgp_session(session_id), include)

    def create_session(self, device_id: str, address_family: str, *, default_route: bool | None = None) -> BgpSession:
        """`address_family` is ipv4 or ipv6; there is one session of each at the most."""
        given = {} if default_route is None else {"default_route": default_route}
        return self._one(
            BgpSession, endpoints.create_bgp_session(device_id, {"address_family": address_family, **given})
        )

    def update_session(self, session_id: str, *, default_route: bool) -> BgpSession:
        return self._one(BgpSession, endpoints.update_bgp_session(session_id, {"default_route": default_route}))

    def delete_session(self, session_id: str) -> None:
        self._done(endpoints.delete_bgp_session(session_id))

    def neighbors(self, device_id: str) -> BgpNeighbors:
        return self._one(BgpNeighbors, endpoints.get_bgp_neighbors(device_id))
