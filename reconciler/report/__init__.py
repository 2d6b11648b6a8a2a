"""What people and machines read: plans, progress, drift and outcomes, as text, JSON and graphs.

This room reads Plans and Events and never decides anything. `page` is the only place where text is made safe to show,
`scrub` the only place where secret texts are taken out.
"""
