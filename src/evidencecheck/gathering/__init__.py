"""From the store to a complaint package: what it is made from, what is covered in the copies, and the making."""

from evidencecheck.gathering.making import Made, gates, make
from evidencecheck.gathering.sources import Request, gather

__all__ = ["Made", "Request", "gates", "gather", "make"]
