import ArgumentParser
import CertificateAuthority
import FoundationEssentials

struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes certificates back, for ever.",
        discussion: """
            Adds serial numbers to the authority's revocation list and signs it anew as \
            CA/crl.pem: an X.509 CRL, which heads read from their --certs directory at their start \
            and on SIGHUP. Without any number it only renews the list, which readers that are \
            strict want every 90 days.
            """)

    @Argument(help: "Serial numbers in hexadecimal, as inspect prints them.")
    var serials: [String] = []

    @Option(name: .customLong("ca"), help: "The authority's directory.")
    var authority: String

    @Option(help: "A file with a serial number on each line: assay revocations --serials.")
    var from: String?

    @Flag(help: "Print what the list says as one JSON object.")
    var json = false

    func run() throws {
        let numbers = try SerialNumbers.read(arguments: self.serials, file: self.from)
        let list = try CertificateDirectory(self.authority).revoke(numbers, now: Date())
        if self.json { print(try RevocationReport(list).json()) }
    }
}
