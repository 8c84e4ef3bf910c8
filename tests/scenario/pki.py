"""Certificates as Crossplane makes them: CA and leaves have one subject and one serial, leaves do not say by which key they were
signed, keys are RSA 2048 in PKCS#1 form, and nothing is dated back."""
import os
import subprocess

CONFIG = """
openssl_conf = init
[init]
stbl_section = stbl
[stbl]
countryName = min:2,max:64,mask:PRINTABLESTRING,flags:nomask
[req]
prompt = no
string_mask = default
distinguished_name = name
[name]
C = Earth
O = {organization}
L = Earth
ST = Earth
CN = Crossplane
[ca]
keyUsage = critical,keyCertSign,cRLSign
basicConstraints = critical,CA:TRUE
subjectKeyIdentifier = hash
subjectAltName = DNS:crossplane-root-ca
[leaf]
keyUsage = critical,digitalSignature,keyEncipherment,dataEncipherment
extendedKeyUsage = {use}
basicConstraints = critical,CA:FALSE
subjectKeyIdentifier = none
authorityKeyIdentifier = none
subjectAltName = {names}
"""
SERVER_NAMES = ("localhost", "function-cleura", "function-cleura.crossplane-system", "function-cleura.crossplane-system.svc")
CLIENT_NAMES = ("crossplane.crossplane-system",)


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Authority:
    """A CA in a folder. Another organization makes one whose leaves any TLS library verifies by name."""

    def __init__(self, folder, organization="Crossplane"):
        self.folder, self.organization = folder, organization
        folder.mkdir()
        self.key, self.certificate = folder / "ca.key", folder / "ca.crt"
        self.write_config("ca.cnf")
        openssl("genrsa", "-traditional", "-out", self.key, 2048)
        openssl("req", "-config", folder / "ca.cnf", "-x509", "-extensions", "ca", "-key", self.key, "-set_serial", 2022,
                "-days", 3650, "-out", self.certificate)

    def write_config(self, name, use="serverAuth", names=("x",), organization=None):
        (self.folder / name).write_text(CONFIG.format(use=use, names=",".join(f"DNS:{n}" for n in names),
                                                      organization=organization or self.organization))
        return self.folder / name

    def issue(self, name, use="serverAuth", names=SERVER_NAMES, days=3650, subject=None, bits=2048, digest="sha256", by=None):
        """A folder like a mounted Secret: tls.crt, tls.key, ca.crt. subject: the organization, if it is to be another one; by: a folder
        like this, whose key signs instead of the CA's."""
        folder = self.folder / name
        folder.mkdir()
        config = self.write_config(f"{name}.cnf", use, names, subject)
        signer = (by / "tls.crt", by / "tls.key") if by else (self.certificate, self.key)
        openssl("genrsa", "-traditional", "-out", folder / "tls.key", bits)
        openssl("req", "-config", config, "-new", "-key", folder / "tls.key", "-out", folder / "csr")
        openssl("x509", "-req", "-in", folder / "csr", "-CA", signer[0], "-CAkey", signer[1], "-set_serial", 2022, "-days", days,
                f"-{digest}", "-extfile", config, "-extensions", "leaf", "-out", folder / "tls.crt")
        (folder / "csr").unlink()
        (folder / "ca.crt").write_bytes(self.certificate.read_bytes())
        for file in folder.iterdir():
            os.chmod(file, 0o644)  # as kubelets mount them
        return folder

    def client(self, name="client", **how):
        return self.issue(name, **{"use": "clientAuth", "names": CLIENT_NAMES, **how})
