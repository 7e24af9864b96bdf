"""Put a text into the file that holds it, so that it is read from there as it is. Pure."""

from __future__ import annotations

from wexa_sync.manifests.included import as_read
from wexa_sync.text.ends import with_ends
from wexa_sync.text.files import MAX_BYTES, TextFault, is_utf8

_HINT = "Change it on the live side, or apply: that sets back what was declared."
_INLINE = "Write the text in the manifest itself, in double quotes, or apply: that sets back what was declared."


def content_of(text: str, before: str) -> bytes:
    """Return the content of a file for the text, with the line ends that it had, and a newline at its end if it had.

    Raises TextFault for a text that no file holds: the fault's place means nothing.
    """
    if "\r" in text:
        raise TextFault("it has line ends (CR) that a file does not keep", hint=_INLINE)
    if not is_utf8(text):
        raise TextFault("it has half a character (a lone surrogate)", hint=_HINT)
    last = "\n" if before.endswith("\n") or text.endswith("\n") else ""
    content = with_ends(text + last, before).encode()
    if len(content) > MAX_BYTES:
        raise TextFault(f"it is larger than {MAX_BYTES // 1024 // 1024} MiB", hint=_HINT)
    try:
        is_whole = as_read(content) == text
    except TextFault as fault:
        raise TextFault(fault.message, hint=_INLINE) from None
    if not is_whole:
        raise TextFault("it would be read otherwise from there", hint=_INLINE)
    return content
