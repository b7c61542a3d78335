"""Asks grpc.health.v1.Health as any gRPC client would: grpcio, and no code of ours.

usage: health.py ADDRESS CERTS [SERVICE]     prints SERVING, NOT_SERVING, or the status code

CERTS holds ca.pem and, for a client that has one, cert.pem and key.pem.
"""

import pathlib
import sys

import grpc

STATUS = {b"": "UNKNOWN", b"\x08\x01": "SERVING", b"\x08\x02": "NOT_SERVING"}


def main(address, certs, service=""):
    certs = pathlib.Path(certs)

    def read(name):
        path = certs / name
        return path.read_bytes() if path.exists() else None

    credentials = grpc.ssl_channel_credentials(read("ca.pem"), read("key.pem"), read("cert.pem"))
    name = service.encode()
    request = b"\x0a" + bytes([len(name)]) + name if name else b""
    with grpc.secure_channel(address, credentials) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        try:
            print(STATUS[check(request, timeout=20)])
        except grpc.RpcError as error:
            print(error.code().name, error.details())


if __name__ == "__main__":
    main(*sys.argv[1:])
