"""Tell stories in which two events meet, with or without a fault. Each story checks its own result."""

from . import doubts, generations, lists, parts
from .story import STORIES, Story

__all__ = ["STORIES", "Story", "doubts", "generations", "lists", "parts"]
