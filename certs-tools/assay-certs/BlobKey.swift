import ArgumentParser
import CertificateAuthority
import FoundationEssentials
import Host

struct BlobKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the key by which a head seals data sets and models at rest.",
        discussion: """
            Writes FILE (mode 0600), by default blob.key beside the head's certificate: \
            /etc/assay/head/blob.key. Nothing that exists is overwritten. Keep a copy, apart from \
            the head's state directory and its backups: without the key they are lost, and with it \
            everybody reads them.

            With --rotate a new key comes before those that FILE holds. The next start of the head \
            seals by it and says so; after that the other lines may be deleted.
            """)

    @Argument(help: "The file.")
    var file: String

    @Flag(help: "Put a new key before those that the file holds.")
    var rotate = false

    @Flag(help: "Print one JSON object.")
    var json = false

    /// What `--json` prints; names are no secrets.
    private struct Report: Encodable {
        let file: String
        let key: String
    }

    func run() throws {
        do {
            let id =
                self.rotate
                ? try SecretKeyFile.rotate(at: self.file) : try SecretKeyFile.make(at: self.file)
            guard self.json else { return }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let report = try encoder.encode(Report(file: self.file, key: "\(id)"))
            print(String(decoding: report, as: UTF8.self))
        } catch let error as HostError {
            throw IssuanceError(error)
        }
    }
}
