using System.Diagnostics;
using System.Globalization;
using Outbox.Postgres.Tests;

namespace Outbox.Crash;

/// <summary>A real file system of a few megabytes: a tmpfs with a limit, which only root may mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Megabytes = 24;
    private const int Chunk = 64 * 1024;

    private readonly string _ballast;

    private SmallDisk(string folder)
    {
        Folder = folder;
        _ballast = Path.Combine(folder, "ballast");
    }

    /// <summary>Why there is none here, or null.</summary>
    public static string? SkipReason { get; } = WhyNot();

    public string Folder { get; }

    public static SmallDisk Mount()
    {
        var folder = Directory.CreateTempSubdirectory("outbox-small-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={Megabytes}m,mode=0777"), "tmpfs", folder) != 0)
        {
            Directory.Delete(folder);
            throw new InvalidOperationException("A tmpfs cannot be mounted here.");
        }

        return new SmallDisk(folder);
    }

    /// <summary>Something else of the machine takes all the room but this.</summary>
    public void FillUpTo(long left)
    {
        using var file = File.Create(_ballast);
        var chunk = new byte[Chunk];
        while (new DriveInfo(Folder).AvailableFreeSpace > left)
        {
            file.Write(chunk);
            file.Flush();
        }
    }

    /// <summary>Somebody clears it away.</summary>
    public void Free() => File.Delete(_ballast);

    public void Dispose()
    {
        // Lazily: a server that is being stopped may still have its files open.
        _ = Run("umount", "-l", Folder);
        Directory.Delete(Folder);
    }

    public static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static string? WhyNot()
    {
        try
        {
            Mount().Dispose();
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or System.ComponentModel.Win32Exception)
        {
            return $"A small file system needs root and a Linux that lets it mount one: {e.Message}";
        }
    }
}

/// <summary>A test on a real disk that gets full: where none can be mounted it shows as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskFactAttribute : FactAttribute
{
    private readonly bool _needsPostgres;

    public SmallDiskFactAttribute() => Skip = SmallDisk.SkipReason;

    /// <summary>Whether it needs a PostgreSQL besides.</summary>
    public bool NeedsPostgres
    {
        get => _needsPostgres;
        init
        {
            _needsPostgres = value;
            Skip ??= value ? PostgresServer.SkipReason : null;
        }
    }
}
