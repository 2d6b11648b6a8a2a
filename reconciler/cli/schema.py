"""`reconciler schema`: the JSON Schemas, for editors (stack files) and for tools (plans)."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.session import Session


@click.command("schema")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="schemas")
def command(folder: Path) -> int:
    """Write the JSON Schemas into FOLDER (default: schemas).

    \b
      reconciler schema
      reconciler schema /tmp/schemas
    """
    with Session() as session:
        from reconciler.app.text_files import replace_text
        from reconciler.kinds import catalog
        from reconciler.report import plan_schema, stack_schema

        texts = {
            plan_schema.FILE_NAME: plan_schema.plan_schema(),
            stack_schema.FILE_NAME: stack_schema.stack_schema_text(catalog()),
            stack_schema.GROUP_FILE_NAME: stack_schema.group_schema_text(catalog()),
        }
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in sorted(texts.items()):
            replace_text(folder / name, text, 0o644)
            session.sink.note(f"Wrote {folder / name}")
        return Exit.DONE
