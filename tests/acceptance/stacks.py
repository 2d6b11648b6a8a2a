"""Small stacks that several tests start from."""

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops@example.com"

WEB = f"""\
stack: web
projects:
  web:
    name: Web
    ssh_keys:
      ops: {{key: "{KEY}"}}
    vlans:
      storage: {{facility: ewr1, description: storage}}
    devices:
      web:
        count: 3
        hostname: web-${{{{ index }}}}
        facility: ewr1
        plan: c1.small.x86
        operating_system: ubuntu_18_04
        tags: [web]
"""

MANY = WEB.replace("count: 3", "count: 30")
