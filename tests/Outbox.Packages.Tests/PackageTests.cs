using System.Xml.Linq;

namespace Outbox.Packages.Tests;

public sealed class PackageTests(PackedPackages packed) : IClassFixture<PackedPackages>
{
    public static TheoryData<string> Packages { get; } =
    [
        "Outbox.AspNetCore",
        "Outbox.Core",
        "Outbox.EntityFrameworkCore",
#if LITEDB
        "Outbox.LiteDb",
#endif
        "Outbox.Postgres",
        "Outbox.Sqlite",
        "Outbox.Testing",
    ];

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_has_its_readme_icon_licence_documentation_symbols_and_commit(string package)
    {
        using var archive = packed.Open(package);
        using var symbols = packed.Open(package, "snupkg");
        var entries = archive.Entries.Select(entry => entry.FullName).ToHashSet(StringComparer.Ordinal);
        var metadata = packed.Metadata(package);

        Assert.Superset(new HashSet<string>(["README.md", "icon.png", $"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml"], StringComparer.Ordinal), entries);
        Assert.Contains(symbols.Entries, entry => entry.FullName == $"lib/net10.0/{package}.pdb");
        Assert.Equal(("MIT", "README.md", "icon.png"), (Text(metadata, "license"), Text(metadata, "readme"), Text(metadata, "icon")));
        Assert.Contains(package == "Outbox.Core" ? "Transactional" : "Outbox", Text(metadata, "description"), StringComparison.Ordinal);
        Assert.Matches(PackedPackages.IsCheckedOut ? "^[0-9a-f]{40}$" : "", metadata.Elements().Single(element => element.Name.LocalName == "repository").Attribute("commit")?.Value ?? "");
    }

    [Fact]
    public async Task A_new_console_project_delivers_with_two_lines()
    {
        var printed = await packed.BuildAndRunAsync(
            "NewConsole",
            "Microsoft.NET.Sdk",
            ["Outbox.Testing"],
            """
            using Microsoft.Extensions.DependencyInjection;
            using Outbox;
            using Outbox.Testing;

            var services = new ServiceCollection();
            services.AddWebhookOutbox().UseTestbed();
            await using var provider = services.BuildServiceProvider();
            await using var testbed = await provider.StartTestbedAsync();
            var outbox = provider.GetRequiredService<IWebhookOutbox>();
            await outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = "https://customer.example.com/" });
            await outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { id = "call_1" }));
            await testbed.DrainAsync();
            Console.WriteLine(testbed.ShouldHaveSentOne("call_1").StatusCode);
            """);

        Assert.Equal("200", printed.Trim());
    }

    [Fact]
    public async Task A_new_web_project_starts_and_stops_with_two_lines()
    {
        var printed = await packed.BuildAndRunAsync(
            "NewWeb",
            "Microsoft.NET.Sdk.Web",
            ["Outbox.Sqlite", "Outbox.AspNetCore"],
            """
            using Outbox;

            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development", Args = ["--urls", "http://127.0.0.1:0"] });
            builder.Logging.ClearProviders();
            builder.Services.AddWebhookOutbox().UseSqlite($"Data Source={Path.GetTempFileName()}");
            var app = builder.Build();
            app.MapWebhookOutbox("/outbox").AllowAnonymous();
            await app.StartAsync();
            using var client = new HttpClient();
            Console.WriteLine((int)(await client.GetAsync(app.Urls.First() + "/outbox/")).StatusCode);
            await app.StopAsync();
            """);

        Assert.Equal("200", printed.Trim());
    }

    private static string Text(XElement metadata, string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
}
