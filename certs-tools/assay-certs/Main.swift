import ArgumentParser
import CertificateAuthority
import Glibc
import Host

/// The operator's certificate authority.
///
/// Exit codes: 0 done, 1 the host failed, 2 usage or bad input: a flag, a file, a mode or a clock
/// that somebody has to put right. A failure is one sentence on standard error.
@main struct Main: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-certs",
        abstract: "Makes, reads and revokes the certificates of an Assay cluster.",
        discussion: """
            The authority's key (ca-key.pem) signs everything: keep it off the cluster. A \
            certificate names one role and one name, spiffe://CLUSTER/ROLE/NAME, and that is all \
            its holder can be.

            Exit codes: 0 done, 1 failed, 2 usage or bad input.
            """,
        subcommands: [Init.self, Issue.self, Inspect.self, Revoke.self, BlobKey.self])

    static func main() {
        do {
            // An authority's key may be about to be in our memory.
            try ProcessHardening.guardMemory()
            var command = try Self.parseAsRoot()
            try command.run()
        } catch let error as IssuanceError {
            Self.fail(error.reason, error.isMistake ? 2 : 1)
        } catch let error as HostError {
            Self.fail(error.description, 1)
        } catch {
            let code = Self.exitCode(for: error)
            // Asking for help is no mistake: the parser prints it and ends with 0.
            if code.isSuccess { Self.exit(withError: error) }
            Self.fail(Self.message(for: error), code == .validationFailure ? 2 : 1)
        }
    }

    private static func fail(_ sentence: String, _ code: CInt) -> Never {
        var line = "assay-certs: \(sentence)\n"
        line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
        Glibc.exit(code)
    }
}
