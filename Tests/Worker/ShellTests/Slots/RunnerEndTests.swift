import Glibc
import Testing
import Wire

@testable import WorkerShell

@Suite struct RunnerEndTests {
    @Test func `a kill is want of memory only when the kernel says that it killed somebody`() {
        let ranOut = RunnerEnd(status: SIGKILL, words: "", memory: .ranOut)
        let sufficed = RunnerEnd(status: SIGKILL, words: "", memory: .sufficed)
        #expect(ranOut.loss.cause == .outOfMemory)
        #expect(sufficed.loss.cause == .crashed)
    }

    @Test func `giving up under a limit of memory is want of memory, and names the limit`() {
        let end = RunnerEnd(status: SIGABRT, words: "", memory: .limited(1 << 30))
        #expect(end.loss.cause == .outOfMemory)
        #expect(end.loss.reason.contains("1073741824 bytes"))
        let other = RunnerEnd(status: SIGABRT, words: "", memory: .sufficed)
        #expect(other.loss.cause == .crashed)
    }

    @Test(arguments: [
        (SIGSEGV, "signal 11"), (SIGXFSZ, "larger than its limit"), (SIGILL, "check of its own"),
    ])
    func `a crash says by which signal`(signal: CInt, words: String) {
        let end = RunnerEnd(status: signal | 0x80, words: "", memory: .sufficed)
        #expect(end.loss.cause == .crashed)
        #expect(end.loss.reason.contains(words))
    }

    @Test func `a runner that could not be confined says why`() {
        let status = RunnerExit.notConfined.rawValue << 8
        let end = RunnerEnd(status: status, words: "the kernel refuses it", memory: .sufficed)
        #expect(end.loss.reason.contains("confined: the kernel refuses it"))
    }

    @Test func `kills for want of memory are read from the kernel's counters`() {
        #expect(OutOfMemoryKills.count(in: "nr_free 7\noom_kill 12\npgfault 3\n") == 12)
        #expect(OutOfMemoryKills.count(in: "nr_free 7\n") == 0)
    }
}
