import Signing
import Transport

/// Opens connections to a head.
enum HeadConnection {
    /// Runs `body` with the head at `place`, as whom the directory's certificate names.
    static func open<Answer: Sendable>(
        _ place: String, certs: String, _ body: @Sendable (HeadClient) async throws -> Answer
    ) async throws(CommandError) -> Answer {
        let address: HostAndPort
        do throws(HostAndPortError) {
            address = try HostAndPort(text: place)
        } catch {
            throw CommandError(.usage, "the head's \(error)")
        }
        let credentials: CredentialStore
        do {
            credentials = try CredentialStore(directory: certs)
        } catch {
            throw CommandError(.usage, "\(error)")
        }
        return try await Self.open(address, credentials, body)
    }

    /// The same with credentials that are at hand.
    static func open<Answer: Sendable>(
        _ address: HostAndPort, _ credentials: CredentialStore,
        _ body: @Sendable (HeadClient) async throws -> Answer
    ) async throws(CommandError) -> Answer {
        do {
            return try await ControlClient.with(head: address, credentials: credentials) { client in
                try await body(
                    HeadClient(
                        wrapping: client, address: address.description,
                        trust: ModelTrust(credentials.current)))
            }
        } catch {
            throw CommandError(error)
        }
    }
}
