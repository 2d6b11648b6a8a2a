"""The API client against a scripted server on a real loopback socket; time is virtual, so nothing here waits."""
