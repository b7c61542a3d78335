package import GRPCCore
package import Wire

/// Gives every handler the proved peer of its connection, and refuses calls without one.
struct PeerInterceptor: ServerInterceptor {
    let table: ConnectionTable

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        var stamps = request.metadata[stringValues: Stamp.header].makeIterator()
        guard let stamp = stamps.next(), stamps.next() == nil, let number = UInt64(stamp),
            let connection = self.table[ConnectionID(number)]
        else {
            throw RPCError(code: .unauthenticated, message: "the caller is unknown")
        }
        switch connection.state {
        case .proved(let peer, .rpc):
            var request = request
            request.metadata.removeAllValues(forKey: Stamp.header)
            var context = context
            context.transportSpecific = CallerOfRPC(
                peer: peer, connection: connection.id, table: self.table)
            return try await next(request, context)
        case .refused(let refusal):
            throw RPCError(
                code: .unauthenticated, message: "the head refused the connection: \(refusal)")
        case .pending, .proved:
            throw RPCError(code: .unauthenticated, message: "the caller is unknown")
        }
    }
}

/// Who makes a call, as it travels in the call's context.
struct CallerOfRPC: ServerContext.TransportSpecific {
    let peer: ProvedPeer
    let connection: ConnectionID
    let table: ConnectionTable
}

extension ServerContext {
    /// The caller, proved by its certificate.
    ///
    /// - Throws: `unauthenticated` when the call did not come through `Server`.
    package var peer: ProvedPeer {
        get throws(RPCError) {
            guard let caller = self.transportSpecific as? CallerOfRPC else {
                throw RPCError(code: .unauthenticated, message: "the caller is unknown")
            }
            return caller.peer
        }
    }

    /// The caller's certificate has a successor: what stands on the old one stands until the new
    /// one's end.
    package func extend(to successor: CertificateFacts) throws(RPCError) {
        guard let caller = self.transportSpecific as? CallerOfRPC else {
            throw RPCError(code: .unauthenticated, message: "the caller is unknown")
        }
        caller.table.extend(caller.peer, to: successor)
    }

    /// Refuses what the caller's role may not do to an object of this owner.
    package func permit(_ verb: Verb, _ ownership: Ownership) throws(RPCError) {
        let judgement = Permission.judge(try self.peer.role, verb, ownership)
        if case .refused(let reason) = judgement {
            throw RPCError(code: .permissionDenied, message: reason)
        }
    }
}
