"""Certificates for servers on loopback and for applications: right ones, and others."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs itself, with its key in one PEM file; whoever trusts that file
    trusts the server."""

    pem: Path
    public_key: Any
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    def as_pfx(self, path: Path, password: bytes) -> Path:
        """The same as a PFX file."""
        locked = serialization.BestAvailableEncryption(password)
        content = pkcs12.serialize_key_and_certificates(
            b"kpixl", self.key, self.certificate, None, locked
        )
        path.write_bytes(content)
        return path


def certificate(folder: Path, name: str = "localhost") -> Certificate:
    """A new certificate for ``name`` and 127.0.0.1, valid today."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    places = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(places), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem = folder / f"{name}-{made.serial_number}.pem"
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return Certificate(pem, key.public_key(), made, key)
