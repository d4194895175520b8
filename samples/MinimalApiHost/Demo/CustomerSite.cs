namespace MinimalApiHost.Demo;

/// <summary>The customers' web site: one path for each, <c>/ttma</c>, <c>/talkifai</c>, …</summary>
internal static class CustomerSite
{
    public static async Task<WebApplication> StartAsync(IReadOnlyList<Customer> customers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = builder.Build();
        foreach (var customer in customers)
        {
            site.MapPost($"/{customer.Name}", customer.ReceiveAsync);
        }

        await site.StartAsync();
        return site;
    }
}
