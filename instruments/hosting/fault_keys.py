"""Faults of the wire as a bench file says them: `faults = [{ kind = "silent", after_s = 3600, for_s = 60 }]`."""

from dataclasses import replace
from typing import Literal

from pydantic import Field, field_validator, model_validator

from instruments.hosting.faults import Deaf, Doubled, Garbage, Late, Silent, Truncated, Unplugged, WireFault
from rig.bench_file.tables import TomlTable, TwinParameters

# Which keys belong to one kind alone, and which of them it cannot do without.
_OWN = {"late": {"by_s"}, "truncated": {"after_bytes"}, "garbage": {"given", "flipped_bits", "seed"}}
_NEEDED = {"late": "by_s", "truncated": "after_bytes"}
_NOT_IN_CALLS = ("truncated", "doubled", "garbage")


class FaultKeys(TomlTable):
    """One fault of a twin's wire."""

    kind: Literal["silent", "deaf", "late", "truncated", "doubled", "garbage", "unplugged"]
    after_s: float = Field(default=0.0, ge=0)
    from_answer: int = Field(default=1, ge=1)
    for_s: float | None = Field(default=None, gt=0)
    answers: int | None = Field(default=None, ge=1)
    by_s: float = Field(default=1.0, gt=0)
    after_bytes: int = Field(default=1, ge=0)
    given: str = Field(default="", pattern=r"^([0-9a-fA-F]{2} ?)*$")
    flipped_bits: int = Field(default=0, ge=0)
    seed: int = Field(default=0, ge=0, lt=2**32)

    @model_validator(mode="after")
    def _keys_belong_to_the_kind(self) -> "FaultKeys":
        said = self.model_fields_set
        for kind, keys in _OWN.items():
            if kind != self.kind and (strange := sorted(keys & said)):
                raise ValueError(f"{', '.join(strange)} is for kind = {kind!r} alone")
        if _NEEDED.get(self.kind, "kind") not in said:
            raise ValueError(f"kind = {self.kind!r} needs {_NEEDED[self.kind]}")
        if self.kind == "unplugged" and "answers" in said:
            raise ValueError("nothing answers while a port is unplugged: end it with for_s")
        return self

    def fault(self) -> WireFault:
        """Return the fault that these keys mean."""
        return replace(
            self._of_its_kind(),
            after_s=self.after_s,
            from_answer=self.from_answer,
            for_s=self.for_s,
            answers=self.answers,
        )

    def _of_its_kind(self) -> WireFault:
        match self.kind:
            case "silent":
                return Silent()
            case "deaf":
                return Deaf()
            case "late":
                return Late(self.by_s)
            case "truncated":
                return Truncated(self.after_bytes)
            case "doubled":
                return Doubled()
            case "garbage":
                return Garbage(bytes.fromhex(self.given), self.flipped_bits, self.seed)
            case "unplugged":
                return Unplugged()


class HostedParameters(TwinParameters):
    """What every twin's `Parameters` holds: the faults of its wire. Twins subclass this and add their own keys."""

    faults: tuple[FaultKeys, ...] = ()


class CalledParameters(HostedParameters):
    """The same for twins that serve gRPC, whose calls are answered whole and once or not at all."""

    @field_validator("faults")
    @classmethod
    def _a_call_knows_them(cls, faults: tuple[FaultKeys, ...]) -> tuple[FaultKeys, ...]:
        strange = sorted({fault.kind for fault in faults} & set(_NOT_IN_CALLS))
        if strange:
            raise ValueError(
                f"{' and '.join(strange)} cannot happen here: gRPC delivers an answer whole and once, or not at all; "
                "silent, deaf, late and unplugged can"
            )
        return faults
