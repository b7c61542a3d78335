import ArgumentParser
import CertificateAuthority
import FoundationEssentials

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the authority of a new cluster.",
        discussion: """
            Writes DIR/ca.pem, which everybody may see, and DIR/ca-key.pem (mode 0600), which \
            nobody may. Nothing that exists is overwritten.
            """)

    @Argument(help: "The directory to make.")
    var directory: String

    @Option(help: "The cluster's name: 1 to 63 of a-z, 0-9, '.' and '-'.")
    var cluster: String

    @OptionGroup var made: MadeOptions

    func run() throws {
        let now = Date()
        var chance = SystemRandomNumberGenerator()
        let authority = try Authority(cluster: self.cluster, now: now, using: &chance)
        try CertificateDirectory(self.directory).write(authority)
        try self.made.report(pem: try authority.certificatePEM, now: now)
    }
}
