using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Outbox.Sqlite.Tests;
using Xunit.Abstractions;

namespace Outbox.AspNetCore.Tests;

/// <summary>
/// Every page's request on a full database, each in under 200 ms. They take minutes and a machine of their own, so they run when they are asked
/// for: OUTBOX_PAGES=1000000 says how many deliveries, OUTBOX_PAGES_POSTGRES is the connection string of an empty database. A database that has
/// deliveries is measured as it is; OUTBOX_PAGES_SQLITE is a file to keep for that.
/// </summary>
public sealed class PagesAtScaleTests(ITestOutputHelper output)
{
    private const double MostMilliseconds = 200;

    [ScaleFact]
    public async Task Every_page_answers_in_time_on_SQLite()
    {
        var folder = Directory.CreateTempSubdirectory("outbox-pages-");
        var connectionString = $"Data Source={ScaleFactAttribute.File ?? Path.Combine(folder.FullName, "calls.db")}";
        await using (var host = await ManagementHost.StartAsync(store => store.UseSqlite(connectionString)))
        {
            await using var connection = new SqliteConnection(connectionString);
            await connection.OpenAsync();
            await FillAsync(connection, ScaleSeed.Sqlite(ScaleFactAttribute.Count), "SELECT count(*) FROM (SELECT 1 FROM outbox_delivery LIMIT 1)");
            await MeasureAsync(host);
        }

        folder.DeleteWithDatabases();
    }

    [ScaleFact(Postgres = true)]
    public async Task Every_page_answers_in_time_on_PostgreSQL()
    {
        await using var dataSource = NpgsqlDataSource.Create(ScaleFactAttribute.ConnectionString!);
        await using var host = await ManagementHost.StartAsync(store => store.UsePostgres(ScaleFactAttribute.ConnectionString!));
        await using var connection = await dataSource.OpenConnectionAsync();
        await FillAsync(connection, ScaleSeed.Postgres(ScaleFactAttribute.Count), "select count(*) from (select from outbox.outbox_delivery limit 1) d");
        await MeasureAsync(host);
    }

    private static async Task FillAsync(DbConnection connection, IEnumerable<string> statements, string any)
    {
        await using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
        command.CommandText = any;
        if ((long)(await command.ExecuteScalarAsync())! > 0)
        {
            return;
        }

        foreach (var statement in statements)
        {
            command.CommandText = statement;
            await command.ExecuteNonQueryAsync();
        }
    }

    private async Task MeasureAsync(ManagementHost host)
    {
        var slow = new List<string>();
        foreach (var (name, caller) in new[] { ("platform", host.As()), ("tenant", host.As("ann", tenant: "t7", prefix: "/customer")) })
        {
            var one = (string)(await caller.GetAsync("deliveries?limit=1")).Items()[0]!["id"]!;
            foreach (var path in ScaleSeed.Pages.Append($"deliveries/{one}"))
            {
                var milliseconds = await FastestAsync(caller, path);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{milliseconds,8:0.0} ms  {name,-8} {path}"));
                if (milliseconds > MostMilliseconds)
                {
                    slow.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {path}: {milliseconds:0} ms"));
                }
            }
        }

        Assert.Empty(slow);
    }

    // The best of three: what the page costs, not what else the machine does.
    private static async Task<double> FastestAsync(Caller caller, string path)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            (await caller.GetAsync(path)).Is(System.Net.HttpStatusCode.OK);
            best = Math.Min(best, TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
        }

        return best;
    }
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class ScaleFactAttribute : FactAttribute
{
    private bool _postgres;

    public ScaleFactAttribute() => Skip = Count == 0 ? "It takes minutes: set OUTBOX_PAGES=1000000 to run it." : null;

    public static int Count { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("OUTBOX_PAGES"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;

    public static string? File { get; } = Environment.GetEnvironmentVariable("OUTBOX_PAGES_SQLITE");

    public static string? ConnectionString { get; } = Environment.GetEnvironmentVariable("OUTBOX_PAGES_POSTGRES");

    public bool Postgres
    {
        get => _postgres;
        set
        {
            _postgres = value;
            Skip ??= value && ConnectionString is null ? "Set OUTBOX_PAGES_POSTGRES to the connection string of an empty database to run it." : null;
        }
    }
}
