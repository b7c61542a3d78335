import Foundation

extension Cluster {
    package struct Page {
        package let code: Int
        package let body: String
    }

    /// Asks for a page as an independent client does: curl, over TLS with a certificate.
    package func fetch(_ path: String, as name: String) async throws -> Page {
        let certs = self.certs(name)
        let curl = try self.start(
            "/usr/bin/env",
            [
                "curl", "--silent", "--http1.1", "--max-time", "20", "--cacert",
                "\(certs)/ca.pem", "--cert", "\(certs)/cert.pem", "--key", "\(certs)/key.pem",
                "--write-out", "\n%{http_code}", "https://\(self.address)\(path)",
            ])
        guard await curl.status == 0 else {
            throw EndToEndError("curl \(path) ended with \(await curl.status)")
        }
        let lines = curl.output.split(separator: "\n", omittingEmptySubsequences: false)
        return Page(
            code: Int(lines.last ?? "") ?? 0, body: lines.dropLast().joined(separator: "\n"))
    }
}
