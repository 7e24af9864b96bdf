"""List the readings of databases, tables, columns and rows. None of their answers but the list of rows was seen."""

from __future__ import annotations

from wexa_sync.sandbox.readings.base import Reading, reading

READINGS: tuple[Reading, ...] = (
    reading(
        "database",
        "needed implicit",
        "A project can have tables only after POST /storage, or from the start.",
        "The call exists, and no text says what happens without it.",
    ),
    reading(
        "second_database",
        "accepted refused",
        "A second POST /storage of a project answers as the first one did, or is refused with 400.",
        "Unknown.",
    ),
    reading(
        "storage_before_database",
        "404 empty",
        "Before POST /storage the lists of tables answer 404, or are empty.",
        "Unknown.",
    ),
    reading(
        "tables_list",
        "bare tables data nested unforeseen",
        "Lists of tables, of their names and of columns are `[]`, `{tables: []}` (`{names: []}`, `{columns: []}`), "
        "`{data: []}`, `{data: {tables: []}}` or `{rows: []}`.",
        "The wrapper of these lists was never seen.",
    ),
    reading(
        "table_create_columns",
        "taken ignored",
        "`columns` in the body of a new table are taken, or silently dropped.",
        "A live test of the vendor sends them; it does not look whether they are there.",
    ),
    reading(
        "table_item",
        "with_columns names_only",
        "Items of the list of tables have their columns, or not.",
        "The SDK's text names `_id` and `table_name`, and other details.",
    ),
    reading(
        "table_names_unique",
        "no yes",
        "A table may have a taken name, or is then refused with 400.",
        "Unknown.",
    ),
    reading(
        "table_triggers_read",
        "in_list in_names nowhere",
        "The triggers of a table are shown with the table, by the list of names, or nowhere.",
        "No answer with triggers of a table was seen.",
    ),
    reading(
        "rename_keeps_triggers",
        "yes no",
        "A PUT that renames a table and has no `triggers` keeps its triggers, or removes them.",
        "The same call sets the triggers.",
    ),
    reading(
        "columns_add_existing",
        "ignored refused",
        "With `ignore_existing_columns=true` a column that is there stays as it is, or the whole call is refused with "
        "400 all the same (as it always is without).",
        "Known from the SDK only.",
    ),
    reading(
        "column_patch",
        "merge replace",
        "PATCH of a column changes the sent keys, or also resets all others.",
        "The SDK's text says to send the whole column.",
    ),
    reading(
        "column_case",
        "kept lowered",
        "The type of a column is read as sent (`String`), or in small letters.",
        "Live tests send capitals, a text of the SDK small letters.",
    ),
    reading(
        "row_defaults",
        "filled absent",
        "A new row has the default values of the columns that were not sent, or not.",
        "Columns have a `default_value`; what it does was not seen.",
    ),
    reading(
        "row_put",
        "merge replace",
        "PUT of a row changes the sent values, or also drops all others.",
        "Unknown.",
    ),
    reading(
        "rows_answer",
        "objects ids count",
        "Inserting rows answers with the rows, `{inserted_ids: []}` or `{inserted_count: 1}`.",
        "The SDK's text says objects with `_id`; no answer was seen.",
    ),
    reading(
        "page_size_name",
        "page_size limit ignored",
        "The size of a page of rows is `page_size` or `limit`; the other one, or both, are ignored, and 50 holds.",
        "The SDK's text has one name and real clients send the other.",
    ),
)
