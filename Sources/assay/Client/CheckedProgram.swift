import Glibc
import Wire

/// A program with its files read: what the job says, and the bytes that the head must hold.
struct CheckedProgram {
    let job: CommandJob
    let uploads: [BlobUpload]

    /// A file of a program, in bytes: its modules and its table, which are read whole.
    private static let fileBytesMax = 4 << 30

    init(_ program: JobFile.Program) throws(InputError) {
        var uploads: [BlobUpload] = []
        var files: [CommandFile] = []
        for file in program.files {
            let upload = BlobUpload(
                try InputFile.read(file.path, upTo: Self.fileBytesMax, what: "file"))
            uploads.append(upload)
            files.append(
                CommandFile(
                    name: file.name, blob: upload.blob,
                    isExecutable: access(file.path, X_OK) == 0))
        }
        self.uploads = uploads
        self.job = CommandJob(
            command: Command(
                arguments: program.arguments, environment: program.environment, files: files,
                outputs: program.outputs, parameters: program.parameters,
                metric: program.metric, resources: program.resources, network: program.network),
            direction: program.direction, stopping: program.stopping)
    }
}
