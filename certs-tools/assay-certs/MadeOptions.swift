import ArgumentParser
import CertificateAuthority
import FoundationEssentials

/// What a command says of the certificate that it made: nothing, or all of it.
struct MadeOptions: ParsableArguments {
    @Flag(help: "Print what the certificate says as one JSON object, as inspect --json does.")
    var json = false

    func report(pem: String, now: Date) throws {
        guard self.json else { return }
        print(try CertificateReport(pem: pem, now: now).json())
    }
}
