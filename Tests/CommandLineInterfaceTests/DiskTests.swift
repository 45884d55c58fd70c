internal import Foundation
internal import TensorFiles
internal import Tensors
internal import Testing

/// A small file system of a test's own, which nobody else sees and which is gone with the shell that made it.
private enum SmallDisk {
    /// Whether this user may make one.
    static let isPossible: Bool = {
        guard let shell = Programs.installed("unshare") else { return false }
        let process = Process()
        process.executableURL = URL(filePath: shell)
        process.arguments = ["--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /tmp"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    static let comment: Comment = "this user may not mount a small file system, so full disks are not tried"
}

extension CommandLineSuite {
    @Suite("Full disks and limits on files")
    struct DiskTests {
        /// Runs lines of a shell with a small disk in the folder `disk`.
        private func onSmallDisk(_ here: Workplace, bytes: Int, _ lines: String) async throws -> Outcome {
            try FileManager.default.createDirectory(atPath: here.path("disk"), withIntermediateDirectories: true)
            try here.write(
                """
                mount -t tmpfs -o size=\(bytes) tmpfs disk
                graphrun='\(try Programs.path("graphrun"))'
                \(lines)
                """, to: "lines.sh")
            return try await here.shell("exec unshare --map-root-user --mount sh lines.sh")
        }

        @Test(
            "A run that does not fit is refused before it begins, and does with the bytes that are told",
            .enabled(if: SmallDisk.isPossible, SmallDisk.comment), arguments: ["", "--workers hosts.txt"])
        func refused(workers: String) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write("localhost slots=2 threads=1\n", to: "hosts.txt")
            let run =
                "\"$graphrun\" g.graph \(workers) --set iterations=30 --set tolerance=0 --set tv-iterations=5 --set tile=16 "
                + "--quiet --output disk/new/out"
            let refused = try await onSmallDisk(here, bytes: 65536, "\(run); echo $?; ls -A disk")
            #expect(refused.output == "2\n", "nothing is left, too")
            let line =
                #/graphrun: disk/new/out: the run takes up to (\d+) bytes there, and (\d+) are free; make room, or choose another place\n/#
            let found = try #require(refused.errors.wholeMatch(of: line), "\(refused.errors)")
            var needed = try #require(Int(found.1))
            let free = try #require(Int(found.2))
            #expect(free <= 65536 && needed > free)
            // The two folders around it are not the run's.
            let sized =
                "\(run) 2> errors; echo $?; cat errors >&2; [ ! -e disk/new/out ] || du -s --block-size=1 disk/new/out | cut -f1"
            var fits = try await onSmallDisk(here, bytes: needed + 2 * 4096, sized)
            // How fast loopback is was measured again, and may have changed the plan, of which it is told what it takes.
            for _ in 0..<10 where fits.outputLines.first == "2" {
                let again = try #require(fits.errors.wholeMatch(of: line), "\(fits.errors)")
                needed = try #require(Int(again.1))
                fits = try await onSmallDisk(here, bytes: needed + 2 * 4096, sized)
            }
            #expect(fits.errors == "")
            let lines = fits.outputLines
            #expect(lines.first == "0")
            let used = try #require(lines.last.flatMap { Int($0) })
            #expect(used <= needed)
        }

        @Test(
            "A run that goes on takes what it replaces into account",
            .enabled(if: SmallDisk.isPossible, SmallDisk.comment))
        func goesOn() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try NPY.write(Samples.image(3, 256, 256), to: here.path("image.npy"))
            let more = "--set tolerance=0 --set tv-iterations=2 --quiet"
            let run = "\"$graphrun\" g.graph --set iterations=2 \(more) --output disk/out"
            // An array of 786 kB, twice, beside a million of pictures at most: the second run has no room for another two.
            let outcome = try await onSmallDisk(
                here, bytes: 5_000_000,
                """
                \(run); echo $?
                dd if=/dev/zero of=disk/fill bs=1000 count=$(( ($(df --output=avail -B1 disk | tail -n 1) - 2200000) / 1000 ))
                "$graphrun" g.graph --resume disk/out --set iterations=3 --quiet; echo $?
                """)
            #expect(outcome.outputLines == ["0", "0"], "\(outcome.errors)")
        }

        @Test(
            "Where the disk fills up meanwhile, what was saved is told and is there, the result first",
            .enabled(if: SmallDisk.isPossible, SmallDisk.comment), arguments: [20, 44, 60])
        func fillsUp(kilobytesLeft: Int) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let outcome = try await onSmallDisk(
                here, bytes: 6_500_000,
                """
                "$graphrun" g.graph --set iterations=3000 --set tolerance=0 --set tv-iterations=5 --json --output disk/out \
                    > log 2> errors & run=$!
                until grep -qs '"iteration":1,' log; do kill -0 $run || exit 9; sleep 0.01; done
                kill -STOP $run
                dd if=/dev/zero of=disk/fill bs=1024 2> /dev/null
                truncate -s -\(kilobytesLeft)K disk/fill
                kill -CONT $run
                wait $run
                echo $?
                find disk/out -mindepth 1 -maxdepth 1 -printf '%f\\n' | sort
                cp disk/out/result.npy .
                """)
            #expect(outcome.outputLines.first == "1")
            let there = Set(outcome.outputLines.dropFirst())
            let errors = try here.text("errors").split(separator: "\n").map(String.init)
            let line = #/graphrun: saved in disk/out: (.+); not saved: (.+)/#
            let found = try #require(errors.last?.wholeMatch(of: line), "\(errors)")
            let saved = found.1.split(separator: ", ").map(String.init)
            let lost = found.2.split(separator: ", ").map(String.init)
            #expect(saved.first == "result.npy")
            #expect(lost.last == "trace.json")
            #expect(there == Set(saved + ["graph.dot"]), "\(there)")
            #expect(there.isDisjoint(with: lost))
            #expect(
                errors.dropLast().allSatisfy {
                    $0.hasPrefix("graphrun: disk/out/") && $0.contains(": cannot be written (No space left on device)")
                }, "\(errors)")
            #expect(errors.count == lost.count + 1)
            // The result is whole.
            #expect(try NPY.read(here.path("result.npy")).shape == [1, 3, 32, 32])
        }

        @Test(
            "A run that is stopped on a full disk saves first what it goes on from",
            .enabled(if: SmallDisk.isPossible, SmallDisk.comment))
        func stopped() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let outcome = try await onSmallDisk(
                here, bytes: 600_000_000,
                """
                "$graphrun" g.graph --set iterations=100000 --set tolerance=0 --set tv-iterations=5 --json --output disk/out \
                    > log 2> errors & run=$!
                until grep -qs '"iteration":1,' log; do kill -0 $run || exit 9; sleep 0.01; done
                kill -STOP $run
                dd if=/dev/zero of=disk/fill bs=1M 2> /dev/null
                truncate -s -28K disk/fill
                kill -INT $run
                kill -CONT $run
                wait $run
                echo $?
                rm disk/fill
                "$graphrun" g.graph --resume disk/out --set iterations=1 --quiet
                """)
            #expect(outcome.outputLines.first == "1")
            let errors = try here.text("errors").split(separator: "\n").map(String.init)
            #expect(errors.count > 2)
            #expect(errors.suffix(2).first?.hasPrefix("graphrun: saved in disk/out: checkpoint") == true, "\(errors)")
            #expect(errors.last?.hasPrefix("graphrun: go on with: ") == true)
            // It was read: it has more iterations than that.
            #expect(outcome.errors.contains("the checkpoint is from iteration "), "\(outcome.errors)")
        }

        @Test("Files that are longer than files may be are refused ahead, or told by name and limit")
        func fileSize() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            // Blocks of 512 bytes.
            func run(_ blocks: Int) async throws -> Outcome {
                try await here.shell(
                    "ulimit -f \(blocks); '\(try Programs.path("graphrun"))' g.graph --set iterations=4 --set tv-iterations=5 "
                        + "--output out > /dev/null")
            }
            let ahead = try await run(10)
            #expect(ahead.code == 2)
            #expect(
                ahead.errors
                    == "graphrun: out/result.npy: it takes 12288 bytes, and files may have 5120 here; raise that limit "
                    + "(ulimit -f)\n")
            #expect(try !here.names().contains("out"))
            // Enough for arrays, and too little for pictures with text.
            let late = try await run(27)
            #expect(late.code == 1)
            let lost = ["comparison.png", "convergence.png"]
            #expect(
                late.errorLines
                    == lost.map {
                        "graphrun: out/\($0): cannot be written: it is longer than files may be here, which is 13824 bytes; "
                            + "raise that limit (ulimit -f)"
                    } + [
                        "graphrun: saved in out: result.npy, checkpoint, metrics.csv, run.json, result.png, trace.json; not "
                            + "saved: comparison.png, convergence.png"
                    ])
            #expect(try here.names(in: "out").filter { lost.contains($0) || $0.hasPrefix(".") } == [])
        }

        @Test("So is the result of 'denoise'", .enabled(if: SmallDisk.isPossible, SmallDisk.comment))
        func denoise() async throws {
            let here = try Workplace()
            try NPY.write(Samples.image(3, 128, 128), to: here.path("image.npy"))
            let command = "\"$graphrun\" denoise image.npy disk/o.npy --sigma 0.1; echo $?; ls -A disk"
            let refused = try await onSmallDisk(here, bytes: 65536, command)
            #expect(refused.output == "2\n")
            #expect(
                refused.errors.hasPrefix("graphrun: disk: the result takes up to ")
                    || refused.errors.hasPrefix("graphrun: disk/: the result takes up to "), "\(refused.errors)")
        }

        @Test("A worker that may not write a file, or has no room for it, says so, and serves on")
        func worker() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try NPY.write(Samples.image(1, 12, 12), to: here.path("small.npy"))
            // 5120 bytes: more than the small image, less than the other.
            let worker = try RunningProgram(
                "/bin/sh",
                ["-c", "ulimit -f 10; exec '\(try Programs.path("graphrun"))' worker --threads 1 --data data"], in: here
            )
            try await worker.waitForOutput("\n")
            let endpoint = try #require(try worker.printed().split(whereSeparator: \.isWhitespace).dropFirst(2).first)
            try here.write("\(endpoint)\n", to: "hosts.txt")
            for _ in 0..<2 {
                let outcome = try await here.start(
                    ["g.graph", "--workers", "hosts.txt", "--output", "out"] + quick, by: "graphrun"
                ).outcome()
                #expect(outcome.code == 2)
                let line =
                    #/graphrun: worker 0: 'truth': data/[0-9a-f]{64}.npy: cannot be written: it is longer than files may be here, which is 5120 bytes; raise that limit \(ulimit -f\)\n/#
                #expect(outcome.errors.wholeMatch(of: line) != nil, "\(outcome.errors)")
            }
            let small = try await here.start(
                ["g.graph", "--set", "image=small.npy", "--workers", "hosts.txt", "--quiet", "--output", "small"]
                    + quick,
                by: "graphrun"
            ).outcome()
            #expect(small.code == 0, "\(small.errors)")
            worker.end(by: SIGTERM)
            #expect(try await worker.outcome().code == 0)
        }

        @Test("So does one whose folder is on a full disk", .enabled(if: SmallDisk.isPossible, SmallDisk.comment))
        func workerOnFullDisk() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let run =
                "\"$graphrun\" g.graph --workers hosts.txt --set iterations=2 --set tv-iterations=5 --quiet --output"
            let outcome = try await onSmallDisk(
                here, bytes: 65536,
                """
                "$graphrun" worker --threads 1 --data disk > log 2> errors & worker=$!
                until grep -qs listening log; do kill -0 $worker || exit 9; sleep 0.01; done
                cut -d' ' -f3 log > hosts.txt
                dd if=/dev/zero of=disk/fill bs=1024 2> /dev/null
                \(run) full; echo $?
                rm disk/fill
                \(run) free; echo $?
                kill -TERM $worker; wait $worker; echo $?
                """)
            #expect(outcome.outputLines == ["2", "0", "0"], "\(outcome.errors)")
            let line =
                #/graphrun: worker 0: 'truth': disk/[0-9a-f]{64}.npy: cannot be written \(No space left on device\); check the folder, its permissions and the free space\n/#
            #expect(outcome.errors.wholeMatch(of: line) != nil, "\(outcome.errors)")
        }
    }
}
