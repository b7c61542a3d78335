import Testing

@testable import WorkerShell

@Suite struct BackoffTests {
    @Test func `waits double up to the longest, and are drawn from their upper half`() {
        var backoff = Backoff(.init(shortest: .milliseconds(100), longest: .milliseconds(350)))
        var generator = SystemRandomNumberGenerator()
        for most in [100, 200, 350, 350] {
            let wait = backoff.wait(using: &generator)
            #expect(wait <= .milliseconds(most))
            #expect(wait >= .milliseconds(most) / 2)
        }
    }
}
