"""The emulator told a second time: an OpenAPI 3.1 document of every endpoint.

    schema      a small vocabulary of JSON schemas
    operation   what is said about one endpoint
    groups/     all endpoints and the objects they answer with, a module for each module of `routes/`
    document    the whole, put together with the route table

The route table says which endpoints there are, which lists are paged, and what lists are wrapped in; the groups here
say all else: parameters, and the exact shape of each answer. Nothing of it is taken from the handlers or views, so a
test that holds answers against the document finds what either of them has wrong. The shapes are those that the
modules of `resources/` name the sources of.
"""
