using System.Text.RegularExpressions;
using HostAtlas.Gateway.Pages;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Gateway.Tests.Pages;

public sealed partial class PagesTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "src", "Gateway", "Pages", "wwwroot");

    [Fact]
    public void Every_file_of_the_folder_is_in_the_assembly() =>
        Assert.Equal(
            Directory.GetFiles(Folder).Select(file => PageAsset.PathOf(Path.GetFileName(file))).Order(),
            PageAsset.LoadAll().Select(asset => asset.Path).Order());

    [Fact]
    public async Task A_file_comes_with_its_type_and_not_again_while_it_is_the_same()
    {
        var page = PageAsset.LoadAll().Single(asset => asset.Path == "/");
        var first = await GetAsync(page, null);
        var again = await GetAsync(page, first.Headers.ETag);
        var changed = await GetAsync(page, "\"another\"");

        Assert.Equal((200, "text/html; charset=utf-8"), (first.StatusCode, first.ContentType));
        Assert.Equal("no-cache", first.Headers.CacheControl);
        Assert.Equal((304, 0L), (again.StatusCode, again.Body.Length));
        Assert.Equal(200, changed.StatusCode);
    }

    [Theory]
    [InlineData("index.html", "/")]
    [InlineData("docs.html", "/docs")]
    [InlineData("docs.js", "/docs.js")]
    public void Pages_have_addresses_that_people_type(string file, string path) => Assert.Equal(path, PageAsset.PathOf(file));

    [Fact]
    public void The_pages_carry_nothing_inline_and_nothing_from_outside()
    {
        foreach (var page in Directory.GetFiles(Folder, "*.html")) Assert.DoesNotMatch(InlineMarkup(), File.ReadAllText(page));
        foreach (var file in Directory.GetFiles(Folder, "*.css").Concat(Directory.GetFiles(Folder, "*.html")))
        {
            Assert.DoesNotMatch(OutsideAddress(), File.ReadAllText(file));
        }
    }

    [Fact]
    public void The_scripts_never_make_markup_of_text()
    {
        foreach (var file in Directory.GetFiles(Folder, "*.js")) Assert.DoesNotMatch(MarkupSink(), File.ReadAllText(file));
    }

    private static async Task<HttpResponse> GetAsync(PageAsset page, string? tag)
    {
        var http = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        (http.Request.Method, http.Request.Headers.IfNoneMatch) = ("GET", tag);
        await page.WriteAsync(http);
        return http.Response;
    }

    [GeneratedRegex("""<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)|javascript:""", RegexOptions.IgnoreCase)]
    private static partial Regex InlineMarkup();

    [GeneratedRegex("""(src|href)="(https?:)?//|url\(|@import""", RegexOptions.IgnoreCase)]
    private static partial Regex OutsideAddress();

    [GeneratedRegex("""innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.style\b|setAttribute\('style'""")]
    private static partial Regex MarkupSink();
}
