using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Outbox.EndToEnd.Tests;
using Outbox.Postgres.Tests;
using Outbox.Sqlite.Tests;
using Outbox.Storage;

namespace Outbox.EntityFrameworkCore.Tests;

/// <summary>A host with its own context, the outbox in the same database, and a customer's server.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private const string Secret = "a-signing-secret-of-at-least-32-characters";

    private readonly IHost _host;
    private readonly Database _database;
    private readonly string _connectionString;
    private readonly DirectoryInfo? _folder;

    private Platform(IHost host, Database database, string connectionString, DirectoryInfo? folder, Receiver receiver)
    {
        _host = host;
        _database = database;
        _connectionString = connectionString;
        _folder = folder;
        Receiver = receiver;
    }

    public Receiver Receiver { get; }

    public IServiceProvider Services => _host.Services;

    public IWebhookOutbox Outbox => Services.GetRequiredService<IWebhookOutbox>();

    /// <summary>Fails the strategy's work as a lost connection does, as often as a test says.</summary>
    public Faults Faults => Services.GetRequiredService<Faults>();

    public static async Task<Platform> StartAsync(Database database, bool ownedByMigrations = false)
    {
        var folder = database == Database.Sqlite ? Directory.CreateTempSubdirectory("outbox-ef-") : null;
        var connectionString = folder is null ? await CreatePostgresAsync() : $"Data Source={Path.Combine(folder.FullName, "calls.db")}";
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton<Faults>();
        var mode = ownedByMigrations ? SchemaMode.ValidateOnly : SchemaMode.CreateAndMigrate;
        var outbox = builder.Services.AddWebhookOutbox(options => options.Sending.AllowLocalReceivers = true);
        _ = folder is null
            ? outbox.UsePostgres(connectionString, options => options.SchemaMode = mode)
            : outbox.UseSqlite(connectionString, options => options.SchemaMode = mode);
        outbox.WithDbContext<CallsDb>().WithDbContext<BillingDb>().WithDbContext<ForgetfulDb>();
        builder.Services.AddDbContextFactory<CallsDb>((services, options) => Connect(services, options, database, connectionString));
        builder.Services.AddPooledDbContextFactory<BillingDb>((services, options) => Connect(services, options, database, connectionString));
        builder.Services.AddDbContextFactory<ForgetfulDb>((services, options) => Connect(services, options, database, connectionString));

        var platform = new Platform(builder.Build(), database, connectionString, folder, await Receiver.StartAsync());
        await platform.MakeTablesAsync(ownedByMigrations);
        await platform._host.StartAsync();
        await platform.Outbox.Endpoints.PutAsync(
            new WebhookEndpoint { Scope = WebhookScope.All, Url = platform.Receiver.Url("/hook"), Profile = "ttma", Secret = Secret });
        return platform;
    }

    public CallsDb Open() => Services.GetRequiredService<IDbContextFactory<CallsDb>>().CreateDbContext();

    public BillingDb OpenBilling() => Services.GetRequiredService<IDbContextFactory<BillingDb>>().CreateDbContext();

    /// <summary>How many calls and events the database has.</summary>
    public async Task<(int Calls, int Events)> CountAsync()
    {
        await using var db = Open();
        var table = _database == Database.Sqlite ? "outbox_event" : "outbox.outbox_event";
#pragma warning disable EF1002 // The table's name is one of two.
        return (await db.Calls.CountAsync(), await db.Database.SqlQueryRaw<int>($"select cast(count(*) as integer) as \"Value\" from {table}").SingleAsync());
#pragma warning restore EF1002
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        await Receiver.DisposeAsync();
        if (_folder is not null)
        {
            _folder.DeleteWithDatabases();
        }
        else
        {
            await DropPostgresAsync(_connectionString);
        }
    }

    private static void Connect(IServiceProvider services, DbContextOptionsBuilder options, Database database, string connectionString)
    {
        var faults = services.GetRequiredService<Faults>();
        options.AddInterceptors(faults).ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
        _ = database == Database.Sqlite
            ? options.UseSqlite(connectionString, sqlite => sqlite.ExecutionStrategy(dependencies => new Retrying(dependencies, faults)))
            : options.UseNpgsql(connectionString, postgres => postgres.EnableRetryOnFailure(3, TimeSpan.FromMilliseconds(1), errorCodesToAdd: null));
    }

    private async Task MakeTablesAsync(bool ownedByMigrations)
    {
        if (ownedByMigrations)
        {
            await using var billing = OpenBilling();
            await billing.Database.MigrateAsync();
        }
        else
        {
            await using var db = Open();
            await db.Database.EnsureCreatedAsync();
        }
    }

    private static async Task<string> CreatePostgresAsync()
    {
        var name = $"ef_{Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal)}";
        await RunAsync($"create database {name}");
        return new NpgsqlConnectionStringBuilder(PostgresServer.SharedConnectionString) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    private static async Task DropPostgresAsync(string connectionString)
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsync($"drop database {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");
    }

    private static async Task RunAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(PostgresServer.SharedConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Retrying(ExecutionStrategyDependencies dependencies, Faults faults) : ExecutionStrategy(dependencies, 3, TimeSpan.FromMilliseconds(1))
    {
        protected override bool ShouldRetryOn(Exception exception) => faults.IsOne(exception);
    }
}
