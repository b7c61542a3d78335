import Engine
import Testing
import WorkerShell

@Suite struct EnvironmentClassTests {
    @Test func `the class names all that decides about the last bit`() throws {
        let named = EnvironmentClass.current(version: "7.8.9")
        let parts = named.split(separator: "/")
        #expect(parts.contains(Substring(ArithmeticKernel.name)))
        #expect(parts.contains { $0.hasPrefix("glibc-2.") })
        #expect(parts.last?.hasPrefix("7.8.9-") == true)
        #expect(ArithmeticKernel.name.wholeMatch(of: /OpenBLAS-[0-9.]+-[A-Za-z0-9]+/) != nil)
        // It travels in every hello.
        #expect(named.utf8.count < 128)
    }

    @Test func `it is the same each time, and another for another program`() {
        let first = EnvironmentClass.current(version: "1")
        #expect(first == EnvironmentClass.current(version: "1"))
        #expect(first != EnvironmentClass.current(version: "2"))
    }
}
