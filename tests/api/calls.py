"""The calls that the tests send."""

from __future__ import annotations

from reconciler.wire import Call, Listing, Repeat

READ = Call("GET", "/devices/{id}", "/devices/d1")
UPDATE = Call("PUT", "/devices/{id}", "/devices/d1", body={"description": "x"})
PATCH = Call("PATCH", "/ips/{id}", "/ips/i1", body={"tags": []})
DELETE = Call("DELETE", "/devices/{id}", "/devices/d1")
CREATE = Call("POST", "/projects/{id}/devices", "/projects/p1/devices", body={"hostname": "a"}, repeat=Repeat.NEVER)

DEVICES = Listing("/projects/{id}/devices", "/projects/p1/devices", "devices", paged=True)
VLANS = Listing("/projects/{id}/virtual-networks", "/projects/p1/virtual-networks", "virtual_networks", paged=False)
BGP_CONFIG = Listing("/projects/{id}/bgp-config", "/projects/p1/bgp-config", "", paged=False, single=True)
