import GRPCCore
import Testing
import Transport

@testable import assay

@Suite struct CommandErrorTests {
    @Test(arguments: [
        (RPCError.Code.unavailable, CommandError.Exit.unreachable),
        (.permissionDenied, .refused), (.unauthenticated, .refused), (.resourceExhausted, .refused),
        (.notFound, .usage), (.invalidArgument, .usage), (.failedPrecondition, .failed),
        (.internalError, .failed),
    ]) func `a call that fails exits as documented`(
        code: RPCError.Code, exit: CommandError.Exit
    ) {
        #expect(CommandError(RPCError(code: code, message: "why")).exit == exit)
    }

    @Test func `a head that is away is not a head that refuses`() {
        let place = HostAndPort(host: "127.0.0.1", port: 1)
        #expect(
            CommandError(HeadError.unreachable(place, reason: "nobody listens")).exit
                == .unreachable)
        #expect(CommandError(HeadError.refused(place, reason: "other CA")).exit == .refused)
    }

    @Test func `bad input is usage, and words of others are harmless`() {
        #expect(CommandError(InputError("--slots", "must be more")).exit == .usage)
        let error = CommandError(RPCError(code: .aborted, message: "a\u{1B}[2Jb"))
        #expect(!error.description.unicodeScalars.contains("\u{1B}"))
    }
}
