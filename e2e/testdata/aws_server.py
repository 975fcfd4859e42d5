"""The AWS CLI, loaded once: each call runs in a fork of this process, which takes a tenth of the time that a start takes.

usage: aws_server.py SOCKET

A caller connects, passes its three standard files, and sends {"args": [...], "dir": "...", "env": {...}}. It gets back the exit status, one byte.
The command snapshot ENDPOINT REGION is the script beside this one.
"""
import gc
import json
import os
import signal
import socket
import sys

import awscli.clidriver
import botocore.loaders

import snapshot


def remembered(function):
    """The files of the AWS CLI do not change: what was read from them once stays, and each fork has its own copy."""
    known = {}

    def call(self, *args, **named):
        key = args + tuple(named.items())
        if key not in known:
            known[key] = function(self, *args, **named)
        return known[key]
    return call


botocore.loaders.JSONFileLoader.load_file = remembered(botocore.loaders.JSONFileLoader.load_file)
botocore.loaders.Loader.list_available_services = remembered(botocore.loaders.Loader.list_available_services)
botocore.loaders.Loader.list_api_versions = remembered(botocore.loaders.Loader.list_api_versions)


def warm():
    import botocore.session
    awscli.clidriver.create_clidriver()
    session = botocore.session.Session()
    for service in ("sts", "iam", "kms", "s3", "personalize"):
        session.create_client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


def answer(connection):
    _, files, _, _ = socket.recv_fds(connection, 1, 3)
    text = b""
    while True:
        piece = connection.recv(1 << 16)
        if not piece:
            break
        text += piece
    request = json.loads(text)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(request["dir"])
    data = os.environ["AWS_DATA_PATH"]  # which the AWS CLI set when it was loaded
    os.environ.clear()
    os.environ.update(request["env"], AWS_DATA_PATH=data)
    sys.argv = ["aws"] + request["args"]
    try:
        if request["args"][0] == "snapshot":
            status = snapshot.main(*request["args"][1:])
        else:
            status = awscli.clidriver.main()
    except SystemExit as e:
        status = e.code if isinstance(e.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([status or 0]))


def main(path):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(64)
    warm()
    gc.disable()  # calls are short
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                listener.close()
                answer(connection)
            except BaseException:
                import traceback
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        connection.close()


main(sys.argv[1])
