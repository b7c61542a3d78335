import Glibc
import Host

extension Descriptor {
    /// Reads what has arrived, waiting for the first byte; 0 at the end of the stream.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(HostError) -> Int {
        while true {
            let count = self.withNumber { Glibc.read($0, buffer.baseAddress, buffer.count) }
            if count >= 0 { return count }
            let number = errno
            if number != EINTR { throw HostError(failedTo: "read from the worker", number) }
        }
    }

    /// From now on, reading and writing fail where they would wait.
    func doNotBlock() throws(HostError) {
        let answer = self.withNumber { fcntl($0, F_SETFL, fcntl($0, F_GETFL) | O_NONBLOCK) }
        guard answer == 0 else { throw HostError(failedTo: "make a socket not wait", errno) }
    }
}
