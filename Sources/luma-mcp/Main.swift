import Glibc
import Program

@main struct Main {
    static func main() async {
        let status = await Program.run(Array(CommandLine.arguments.dropFirst()))
        // Not `exit`: it runs what OpenSSL and others clean up with while threads of ours may still use it. Nothing waits to be
        // written: all output is written at once, and the log was flushed by whoever has opened it.
        _exit(status)
    }
}
