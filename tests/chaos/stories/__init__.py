"""Stories of two things that meet, each with a fault or without one; a story says itself what is right."""

from . import doubts, generations, lists, parts
from .story import STORIES, Story

__all__ = ["STORIES", "Story", "doubts", "generations", "lists", "parts"]
