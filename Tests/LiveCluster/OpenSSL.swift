import Foundation

/// The openssl program: a client and an authority that share no code with us.
package struct OpenSSL {
    package let cluster: Cluster

    package init(cluster: Cluster) { self.cluster = cluster }

    /// Connects as a TLS client and says what openssl saw of it.
    package func connect(_ arguments: [String], as name: String?) async throws -> String {
        var credentials: [String] = []
        if let name {
            let certs = self.cluster.certs(name)
            credentials = ["-cert", "\(certs)/cert.pem", "-key", "\(certs)/key.pem"]
        }
        // TLS 1.3 tells a client of a refused certificate at its first read, so openssl must read:
        // with no input of its own it stays until the head closes.
        let program = try self.cluster.start(
            "/usr/bin/env",
            [
                "timeout", "20", "openssl", "s_client", "-connect", self.cluster.address,
                "-CAfile", "\(self.cluster.certs("head-1"))/ca.pem", "-ign_eof",
            ] + credentials + arguments)
        _ = await program.status
        return program.output + program.errors
    }

    /// Makes an authority in a directory of the cluster, as a company has one: a root, or one that
    /// another signed and that signs no further ones.
    package func makeAuthority(_ name: String, below parent: String? = nil) async throws {
        try self.cluster.makeDirectory(name)
        let place = self.cluster.path(name)
        let key = [
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            "\(place)/ca-key.pem", "-subj", "/O=Example/CN=\(name)",
        ]
        guard let parent else {
            return try await self.run(
                ["req", "-x509", "-days", "30", "-out", "\(place)/ca.pem"] + key + [
                    "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
                    "keyUsage=critical,keyCertSign",
                ])
        }
        let extensions = try self.cluster.write(
            """
            basicConstraints=critical,CA:TRUE,pathlen:0
            keyUsage=critical,keyCertSign
            subjectKeyIdentifier=hash
            authorityKeyIdentifier=keyid
            """, to: "\(name)/extensions")
        try await self.run(["req", "-out", "\(place)/request.pem"] + key)
        let authority = self.cluster.path(parent)
        try await self.run([
            "x509", "-req", "-days", "30", "-in", "\(place)/request.pem", "-CA",
            "\(authority)/ca.pem", "-CAkey", "\(authority)/ca-key.pem", "-CAcreateserial", "-out",
            "\(place)/ca.pem", "-extfile", extensions,
        ])
    }

    /// Signs with the cluster's own authority what `assay-certs` would refuse to make.
    package func sign(
        _ name: String, uri: String?, usage: String = "clientAuth",
        from start: String = "20200101000000Z", to end: String = "20400101000000Z",
        authority: String? = nil
    ) async throws {
        let certs = self.cluster.certs(name)
        try FileManager.default.createDirectory(
            atPath: certs, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let authority = authority ?? self.cluster.path("ca")
        let san = uri.map { "subjectAltName=URI:\($0)\n" } ?? ""
        let settings = """
            [ca]
            default_ca=d
            [d]
            database=\(certs)/index
            serial=\(certs)/serial
            new_certs_dir=\(certs)
            policy=p
            default_md=sha256
            x509_extensions=e
            [p]
            commonName=supplied
            [e]
            basicConstraints=critical,CA:FALSE
            keyUsage=critical,digitalSignature
            extendedKeyUsage=\(usage)
            \(san)
            """
        try settings.write(toFile: "\(certs)/settings", atomically: true, encoding: .utf8)
        try "".write(toFile: "\(certs)/index", atomically: true, encoding: .utf8)
        try "0A".write(toFile: "\(certs)/serial", atomically: true, encoding: .utf8)
        try await self.run([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            "\(certs)/key.pem", "-out", "\(certs)/request.pem", "-subj", "/CN=\(name)",
        ])
        try await self.run([
            "ca", "-batch", "-config", "\(certs)/settings", "-cert", "\(authority)/ca.pem",
            "-keyfile", "\(authority)/ca-key.pem", "-in", "\(certs)/request.pem", "-out",
            "\(certs)/cert.pem", "-notext", "-startdate", start, "-enddate", end,
        ])
        try FileManager.default.copyItem(
            atPath: "\(self.cluster.path("ca"))/ca.pem", toPath: "\(certs)/ca.pem")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: "\(certs)/key.pem")
    }

    private func run(_ arguments: [String]) async throws {
        let program = try self.cluster.start("/usr/bin/openssl", arguments)
        guard await program.status == 0 else { throw EndToEndError(program.errors) }
    }
}
