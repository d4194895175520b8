using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;
using Outbox.Sqlite.Tests;

namespace MinimalApiHost.Tests;

/// <summary>The sample as it is, on a database of its own, with a customer's server beside it. One for each class of tests.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    public const string Secret = "your-signing-secret-at-least-32-characters-long";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-sample-");
    private readonly List<WebApplicationFactory<Program>> _factories = [];
    private Receiver? _receiver;
    private int _numbers;

    internal Receiver Receiver => _receiver!;

    internal Api Api => ApiWith("demo-key");

    internal Api ReadOnlyApi => ApiWith("demo-key-read-only");

    /// <summary>A phone number that no other test uses.</summary>
    public string NewNumber() => $"+1647370{Interlocked.Increment(ref _numbers):0000}";

    internal Api ApiWith(string? key) => new(_factories[0].CreateClient(), key);

    public async Task InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        Start();
    }

    internal string Folder => _folder.FullName;

    /// <summary>Starts another host with other settings, on a database of its own.</summary>
    internal HttpClient Start(params (string Setting, string Value)[] settings)
    {
        var database = Path.Combine(Folder, $"calls-{_factories.Count}.db");
        var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("ConnectionStrings:Calls", $"Data Source={database}");
            host.UseSetting("Webhooks:AllowLocalReceivers", "true");
            host.UseSetting("Webhooks:EventTypes", "voicemail.left, voicemail.read");
            host.ConfigureLogging(logging => logging.ClearProviders());
            foreach (var (setting, value) in settings)
            {
                host.UseSetting(setting, value);
            }
        });
        _factories.Add(factory);
        return factory.CreateClient();
    }

    public async Task DisposeAsync()
    {
        foreach (var factory in _factories)
        {
            await factory.DisposeAsync();
        }

        await Receiver.DisposeAsync();
        _folder.DeleteWithDatabases();
    }
}
