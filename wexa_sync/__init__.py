"""wexa-sync: a declarative GitOps reconciler for the Wexa AI platform."""

__version__ = "0.1.0"
