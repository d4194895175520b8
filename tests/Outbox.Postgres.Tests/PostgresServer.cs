using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Outbox.Postgres.Tests;

/// <summary>A throwaway PostgreSQL on a free loopback port, in a folder of its own; it ends with the test run, whatever happens.</summary>
public sealed class PostgresServer : IDisposable
{
    private static readonly Lazy<PostgresServer> LazyShared = new(Start);

    private readonly string _folder;
    private readonly string _binaries;
    private readonly string _settings;

    private PostgresServer(string folder, string binaries, string settings, int port)
    {
        _folder = folder;
        _binaries = binaries;
        _settings = settings;
        ConnectionString =
            $"Host=127.0.0.1;Port={port.ToString(CultureInfo.InvariantCulture)};Database=postgres;Username=outbox;Maximum Pool Size=60;Timeout=30";
    }

    /// <summary>Where the tests' database is: the one that OUTBOX_POSTGRES names, else a server that is started for this run.</summary>
    public static string SharedConnectionString =>
        Environment.GetEnvironmentVariable("OUTBOX_POSTGRES") is { Length: > 0 } given ? given : LazyShared.Value.ConnectionString;

    /// <summary>Why tests cannot run here, or null. With CI=true there is no such reason: they fail.</summary>
    public static string? SkipReason { get; } =
        Environment.GetEnvironmentVariable("OUTBOX_POSTGRES") is { Length: > 0 }
        || FindBinaries() is not null
        || string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase)
            ? null
            : "No PostgreSQL found (pg_config, PATH, /usr/lib/postgresql/*/bin). Install the postgresql package, or set OUTBOX_POSTGRES to a connection string.";

    public string ConnectionString { get; }

    public static PostgresServer Start() => Start("-c fsync=off -c max_prepared_transactions=5");

    /// <summary>Starts one with settings of the caller's, as the server's command line takes them.</summary>
    public static PostgresServer Start(string settings)
    {
        var binaries = FindBinaries() ?? throw new InvalidOperationException("No PostgreSQL found: install the postgresql package, or set OUTBOX_POSTGRES to a connection string.");
        var folder = Directory.CreateTempSubdirectory("outbox-pg-").FullName;
        var server = new PostgresServer(folder, binaries, settings, FreePort());
        server.EndWithThisProcess();
        if (IsRoot)
        {
            Run("chown", "postgres", folder);
        }

        server.RunAsServer("initdb", "-D", server.Data, "-U", "outbox", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C");
        server.StartAgain();
        return server;
    }

    public void StartAgain()
    {
        var port = new NpgsqlConnectionStringBuilder(ConnectionString).Port.ToString(CultureInfo.InvariantCulture);
        RunAsServer(
            "pg_ctl",
            "-D",
            Data,
            "-w",
            "-l",
            Path.Combine(_folder, "log"),
            "-o",
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c max_connections=200 {_settings}",
            "start");
    }

    /// <summary>Stops it as a failover or a crash would: open transactions are lost.</summary>
    public void Kill() => RunAsServer("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    public void Dispose()
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        try
        {
            Kill();
        }
        catch (InvalidOperationException)
        {
            // It was stopped already.
        }

        Directory.Delete(_folder, recursive: true);
    }

    // The test host may be killed at its end, so a watcher outside of it cleans up, also after a kill -9.
    private void EndWithThisProcess()
    {
        var watch =
            $"while kill -0 {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}; do sleep 1; done; "
            + $"{(IsRoot ? "runuser -u postgres -- " : "")}{Path.Combine(_binaries, "pg_ctl")} -D {Data} -m immediate stop; rm -rf {_folder}";
        using var watcher = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"cd /; (trap '' HUP INT TERM; {watch}) >/dev/null 2>&1 </dev/null &"]));
    }

    private string Data => Path.Combine(_folder, "data");

    private static bool IsRoot => string.Equals(Environment.UserName, "root", StringComparison.Ordinal);

    // initdb refuses to run as root.
    private void RunAsServer(string program, params string[] arguments)
    {
        var path = Path.Combine(_binaries, program);
        if (IsRoot)
        {
            Run("runuser", ["-u", "postgres", "--", path, .. arguments]);
        }
        else
        {
            Run(path, arguments);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        // Output is not redirected: the server that pg_ctl leaves behind would keep the pipe open.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "cd /; exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' failed with exit code {process.ExitCode.ToString(CultureInfo.InvariantCulture)}.");
        }
    }

    private static string? FindBinaries()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(Directory.Exists).ToList();
        if (Directory.Exists("/usr/lib/postgresql"))
        {
            folders.AddRange(Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(folder => Path.Combine(folder, "bin")));
        }

        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
