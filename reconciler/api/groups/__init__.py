"""Typed methods for every call of the API, a group for each chapter; `reconciler.api.packet.Packet` has them all."""
