import ArgumentParser
import CertificateAuthority
import FoundationEssentials

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints what a certificate says.",
        discussion: "Reads the first certificate of a PEM file. It does not check who signed it.")

    @Argument(help: "The file.")
    var file: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let pem = try CertificateFile.read(self.file)
        let report: CertificateReport
        do {
            report = try CertificateReport(pem: pem, now: Date())
        } catch {
            throw IssuanceError(error.code, "\(self.file): \(error.reason)")
        }
        print(self.json ? try report.json() : report.text())
    }
}
