import ArgumentParser
import CertificateAuthority
import FoundationEssentials

struct Issue: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a key and a certificate for a head, a worker, a person or a probe.",
        discussion: """
            Writes OUT/ca.pem, OUT/cert.pem and OUT/key.pem (mode 0600): what --certs of the \
            daemons and clients takes. A worker's certificate lasts 24 hours unless told \
            otherwise, all others 90 days, none longer than the authority's.

            For an issuer it writes OUT/issuer.pem and OUT/issuer-key.pem (mode 0600): beside a \
            head's certificate they let it invite workers. What an issuer signs counts for \
            workers only.
            """)

    @Argument(help: "head, worker, operator, user, viewer, probe or issuer.")
    var role: String

    @Argument(help: "The holder's name: 1 to 63 of a-z, 0-9, '.' and '-'.")
    var name: String

    @Option(name: .customLong("ca"), help: "The authority's directory.")
    var authority: String

    @Option(name: .customLong("out"), help: "The directory to make.")
    var output: String

    @Option(
        name: .customLong("dns"), help: "A name under which a head is dialled. May be repeated.")
    var hosts: [String] = []

    @Option(
        name: .customLong("ip"), help: "An address under which a head is dialled. May be repeated.")
    var addresses: [String] = []

    @Option(help: "How many days the certificate lasts, 398 at most.")
    var days: Int?

    @Option(help: "How many hours the certificate lasts.")
    var hours: Int?

    @Flag(help: "Replace the certificate and key that OUT holds.")
    var replace = false

    @OptionGroup var made: MadeOptions

    func validate() throws {
        if self.days != nil, self.hours != nil {
            throw ValidationError("--days and --hours are two ways to say one thing; give one.")
        }
        if self.isIssuer, !self.hosts.isEmpty || !self.addresses.isEmpty {
            throw ValidationError("An issuer is not dialled; leave out --dns and --ip.")
        }
    }

    private var isIssuer: Bool { self.role == "issuer" }

    func run() throws {
        let authority = try CertificateDirectory(self.authority).readAuthority()
        if self.isIssuer { return try self.issueIssuer(from: authority) }
        let request = try CertificateRequest(
            for: try authority.identity(role: self.role, name: self.name),
            serverNames: try self.hosts.map { try ServerName(host: $0) }
                + self.addresses.map { try ServerName(address: $0) },
            lifetime: self.lifetime)
        let now = Date()
        var chance = SystemRandomNumberGenerator()
        let issued = try authority.issue(request, now: now, using: &chance)
        try CertificateDirectory(self.output).write(
            issued, of: authority, existing: self.replace ? .replaced : .refused)
        try self.made.report(pem: issued.certificatePEM, now: now)
    }

    private func issueIssuer(from authority: Authority) throws {
        let now = Date()
        var chance = SystemRandomNumberGenerator()
        let issued = try authority.issueIssuer(
            named: self.name, lifetime: self.lifetime, now: now, using: &chance)
        try CertificateDirectory(self.output).write(
            issuer: issued, existing: self.replace ? .replaced : .refused)
        try self.made.report(pem: issued.certificatePEM, now: now)
    }

    /// More than a thousand years would overflow; the library refuses far less.
    private var lifetime: Duration? {
        if let days = self.days { return .days(min(max(days, 0), 365_000)) }
        if let hours = self.hours { return .hours(min(max(hours, 0), 8_760_000)) }
        return nil
    }
}
