import Glibc
import Host

/// Where a command speaks: results to standard output, progress to standard error.
struct Terminal: Sendable {
    /// Whether progress is seen by a person: standard error is a terminal that can erase a line.
    let isLive: Bool
    /// For progress.
    let style: Style
    /// For results on standard output.
    let resultStyle: Style

    init(environment: Environment = .process) {
        let canMove = environment["TERM"] != "dumb"
        let wantsColours = environment["NO_COLOR"] == nil && canMove
        self.isLive = isatty(STDERR_FILENO) == 1 && canMove
        self.style = Style(colours: wantsColours && isatty(STDERR_FILENO) == 1)
        self.resultStyle = Style(colours: wantsColours && isatty(STDOUT_FILENO) == 1)
    }

    /// Columns of the terminal now; people resize it while we run.
    func width() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Columns that results may take; nil when nobody looks and nothing must be cut.
    func resultWidth() -> Int? {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0,
            size.ws_col > 0
        else { return nil }
        return Int(size.ws_col)
    }

    /// Writes a result. What follows would be lost too when nobody reads any more, so the process
    /// ends as `yes | head` does.
    func result(_ text: String) { Self.write(text, to: STDOUT_FILENO) }

    /// Writes progress or a complaint.
    func remark(_ text: String) { Self.write(text, to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: CInt) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
