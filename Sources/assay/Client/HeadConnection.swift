import Signing
import Transport

/// Opens connections to a head.
enum HeadConnection {
    /// Which head, and as whom: as the directory's certificate names us.
    static func target(
        _ place: String, certs: String
    ) throws(CommandError) -> (address: HostAndPort, credentials: CredentialStore) {
        let address: HostAndPort
        do throws(HostAndPortError) {
            address = try HostAndPort(text: place)
        } catch {
            throw CommandError(.usage, "the head's \(error)")
        }
        do {
            return (address, try CredentialStore(directory: certs))
        } catch {
            throw CommandError(.usage, "\(error)")
        }
    }

    /// Runs `body` with the head.
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
