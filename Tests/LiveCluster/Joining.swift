import Foundation

extension Cluster {
    /// Gives the head an issuer, so that it may invite workers.
    package func issueIssuer(replaced: Bool = false) async throws {
        try await self.certify(
            ["issue", "issuer", "head-1", "--ca", self.path("ca"), "--out", self.certs("head-1")]
                + (replaced ? ["--replace"] : []))
    }

    /// Has an operator invite a worker; answers the line to hand over.
    package func invite(_ name: String, _ more: [String] = []) async throws -> String {
        let report = try await self.ask(["node", "invite", name] + more, as: "olga")
        guard let invitation = report["invitation"] as? String else {
            throw EndToEndError("there is no invitation in \(report)")
        }
        return invitation
    }

    /// Starts `assay join` with an invitation on its standard input, as a pipe brings it.
    package func join(_ invitation: String, certs: String, _ more: [String] = []) throws -> Program
    {
        let line = try self.write(
            invitation + "\n", to: "invitation-\(UUID().uuidString.prefix(8))")
        return try self.start(
            "/bin/sh",
            ["-c", "exec \"$@\" < \"$0\"", line, Binaries.assay, "join", "--certs", certs] + more)
    }
}
