"""The better known Brazilian municipalities, as general knowledge of the fake model.

Under ``??`` stand names that several states have: the city is known by them, the state is not. A place that is
missing here is still recognised when the lead writes it with its state or after "sou de".
"""

from sandbox.model.text import fold

_NAMES = {
    "??": """
        Alvorada, Amparo, Belém, Boa Vista, Bom Jesus, Bonito, Cachoeirinha, Campo Grande, Cascavel, Cruzeiro
        do Sul, Goianá, Guaíra, Iguatu, Irati, Itabaiana, Itapeva, Itapiranga, Jardim, Lajeado, Marau,
        Maravilha, Massaranduba, Mesquita, Morrinhos, Nova Veneza, Palmas, Parnamirim, Paulista, Pinhalzinho,
        Planalto, Praia Grande, Redenção, Rio Branco, Rio Claro, Santa Helena, Santa Inês, Santa Luzia, Santa
        Maria, Santa Rita, Santana, Santo André, Sertãozinho, São Carlos, São Domingos, São Francisco, São
        Gabriel, São Gonçalo do Amarante, São Sebastião, São Vicente, Toledo, Trindade, Valença, Viana,
        Viçosa, Várzea Grande, Água Boa
    """,
    "AL": """
        Arapiraca, Maceió, Palmeira dos Índios, Penedo
    """,
    "AM": """
        Itacoatiara, Manacapuru, Manaus, Parintins, Tefé
    """,
    "AP": """
        Macapá
    """,
    "BA": """
        Alagoinhas, Barreiras, Brumado, Camaçari, Eunápolis, Feira de Santana, Guanambi, Ilhéus, Irecê,
        Itabuna, Itapetinga, Jacobina, Jequié, Juazeiro, Lauro de Freitas, Luís Eduardo Magalhães, Paulo
        Afonso, Porto Seguro, Salvador, Santo Antônio de Jesus, Senhor do Bonfim, Simões Filho, Teixeira de
        Freitas, Vitória da Conquista
    """,
    "CE": """
        Aquiraz, Aracati, Barbalha, Canindé, Caucaia, Crateús, Crato, Eusébio, Fortaleza, Horizonte,
        Itapipoca, Juazeiro do Norte, Limoeiro do Norte, Maracanaú, Maranguape, Pacajus, Quixadá,
        Quixeramobim, Russas, Sobral, Tianguá
    """,
    "DF": """
        Brasília
    """,
    "ES": """
        Aracruz, Cachoeiro de Itapemirim, Cariacica, Colatina, Guarapari, Linhares, Serra, São Mateus, Venda
        Nova do Imigrante, Vila Velha, Vitória
    """,
    "GO": """
        Anápolis, Aparecida de Goiânia, Caldas Novas, Catalão, Cristalina, Formosa, Goianésia, Goiânia,
        Inhumas, Itumbiara, Jaraguá, Jataí, Luziânia, Mineiros, Novo Gama, Planaltina, Rio Verde, Senador
        Canedo, Valparaíso de Goiás, Águas Lindas de Goiás
    """,
    "MA": """
        Açailândia, Bacabal, Balsas, Caxias, Chapadinha, Codó, Imperatriz, Paço do Lumiar, Pinheiro, São José
        de Ribamar, São Luís, Timon
    """,
    "MG": """
        Alfenas, Araguari, Araxá, Barbacena, Belo Horizonte, Betim, Bom Despacho, Caratinga, Cataguases,
        Conselheiro Lafaiete, Contagem, Coronel Fabriciano, Curvelo, Divinópolis, Extrema, Formiga, Frutal,
        Governador Valadares, Ibirité, Ipatinga, Itabira, Itajubá, Itaúna, Ituiutaba, Janaúba, Januária, João
        Monlevade, Juiz de Fora, Lagoa da Prata, Lavras, Leopoldina, Manhuaçu, Montes Claros, Muriaé, Nova
        Lima, Nova Serrana, Oliveira, Ouro Preto, Paracatu, Pará de Minas, Passos, Patos de Minas, Patrocínio,
        Ponte Nova, Pouso Alegre, Poços de Caldas, Ribeirão das Neves, Sabará, Sete Lagoas, São João del Rei,
        São Sebastião do Paraíso, Teófilo Otoni, Timóteo, Três Corações, Três Pontas, Uberaba, Uberlândia,
        Ubá, Unaí, Varginha, Vespasiano
    """,
    "MS": """
        Aquidauana, Chapadão do Sul, Corumbá, Coxim, Dourados, Maracaju, Naviraí, Nova Andradina, Paranaíba,
        Ponta Porã, Sidrolândia, Três Lagoas
    """,
    "MT": """
        Alta Floresta, Barra do Garças, Campo Verde, Cuiabá, Cáceres, Juína, Lucas do Rio Verde, Nova Mutum,
        Primavera do Leste, Rondonópolis, Sinop, Sorriso, Tangará da Serra
    """,
    "PA": """
        Abaetetuba, Altamira, Ananindeua, Barcarena, Bragança, Cametá, Castanhal, Itaituba, Marabá, Marituba,
        Paragominas, Parauapebas, Santarém, Tailândia, Tucuruí
    """,
    "PB": """
        Bayeux, Cabedelo, Cajazeiras, Campina Grande, Guarabira, João Pessoa, Patos, Sapé, Sousa
    """,
    "PE": """
        Abreu e Lima, Araripina, Arcoverde, Belo Jardim, Cabo de Santo Agostinho, Camaragibe, Carpina,
        Caruaru, Garanhuns, Gravatá, Igarassu, Ipojuca, Jaboatão dos Guararapes, Limoeiro, Olinda, Palmares,
        Pesqueira, Petrolina, Recife, Salgueiro, Santa Cruz do Capibaribe, Serra Talhada, São Lourenço da
        Mata, Vitória de Santo Antão
    """,
    "PI": """
        Barras, Campo Maior, Floriano, Parnaíba, Picos, Piripiri, Teresina
    """,
    "PR": """
        Almirante Tamandaré, Apucarana, Arapongas, Araucária, Assis Chateaubriand, Cambé, Campo Largo, Campo
        Mourão, Castro, Cianorte, Colombo, Cornélio Procópio, Curitiba, Dois Vizinhos, Fazenda Rio Grande, Foz
        do Iguaçu, Francisco Beltrão, Guarapuava, Ibiporã, Jacarezinho, Londrina, Marechal Cândido Rondon,
        Maringá, Medianeira, Nova Esperança, Palotina, Paranaguá, Paranavaí, Pato Branco, Pinhais, Piraquara,
        Ponta Grossa, Prudentópolis, Rolândia, Santo Antônio da Platina, São José dos Pinhais, Telêmaco Borba,
        Umuarama, União da Vitória
    """,
    "RJ": """
        Angra dos Reis, Araruama, Armação dos Búzios, Barra Mansa, Barra do Piraí, Belford Roxo, Cabo Frio,
        Campos dos Goytacazes, Duque de Caxias, Itaboraí, Itaguaí, Itaperuna, Japeri, Macaé, Magé, Maricá,
        Nilópolis, Niterói, Nova Friburgo, Nova Iguaçu, Paraty, Petrópolis, Queimados, Resende, Rio Bonito,
        Rio das Ostras, Rio de Janeiro, Saquarema, Seropédica, São Gonçalo, São João de Meriti, São Pedro da
        Aldeia, Teresópolis, Três Rios, Volta Redonda
    """,
    "RN": """
        Açu, Caicó, Ceará-Mirim, Currais Novos, Macaíba, Mossoró, Natal, Pau dos Ferros
    """,
    "RO": """
        Ariquemes, Cacoal, Guajará-Mirim, Jaru, Ji-Paraná, Porto Velho, Rolim de Moura, Vilhena
    """,
    "RS": """
        Alegrete, Antônio Prado, Bagé, Bento Gonçalves, Cachoeira do Sul, Camaquã, Campo Bom, Canela, Canoas,
        Capão da Canoa, Carazinho, Carlos Barbosa, Caxias do Sul, Cruz Alta, Dois Irmãos, Encantado, Erechim,
        Esteio, Estrela, Estância Velha, Farroupilha, Flores da Cunha, Frederico Westphalen, Garibaldi,
        Gramado, Gravataí, Guaíba, Ijuí, Ivoti, Montenegro, Nova Petrópolis, Nova Prata, Novo Hamburgo,
        Osório, Panambi, Parobé, Passo Fundo, Pelotas, Porto Alegre, Rio Grande, Rosário do Sul, Santa Cruz do
        Sul, Santa Rosa, Santo Ângelo, Sapiranga, Sapucaia do Sul, São Borja, São Leopoldo, São Luiz Gonzaga,
        Teutônia, Torres, Tramandaí, Três Passos, Uruguaiana, Vacaria, Venâncio Aires, Veranópolis, Viamão
    """,
    "SC": """
        Araranguá, Balneário Camboriú, Balneário Piçarras, Biguaçu, Blumenau, Braço do Norte, Brusque,
        Camboriú, Campos Novos, Canoinhas, Capinzal, Caçador, Chapecó, Concórdia, Criciúma, Curitibanos,
        Florianópolis, Fraiburgo, Garopaba, Gaspar, Guaramirim, Imbituba, Indaial, Itajaí, Itapema,
        Ituporanga, Içara, Jaraguá do Sul, Joaçaba, Joinville, Lages, Laguna, Mafra, Navegantes, Orleans,
        Palhoça, Penha, Pomerode, Porto União, Rio do Sul, Schroeder, Seara, Sombrio, São Bento do Sul, São
        Francisco do Sul, São José, São Lourenço do Oeste, São Miguel do Oeste, Tijucas, Timbó, Tubarão,
        Urussanga, Videira, Xanxerê, Xaxim
    """,
    "SE": """
        Aracaju, Estância, Lagarto, Nossa Senhora do Socorro, São Cristóvão, Tobias Barreto
    """,
    "SP": """
        Adamantina, Americana, Andradina, Araraquara, Araras, Araçariguama, Araçatuba, Assis, Atibaia, Avaré,
        Barretos, Barueri, Batatais, Bauru, Bebedouro, Birigui, Boituva, Botucatu, Bragança Paulista,
        Caieiras, Cajamar, Campinas, Campo Limpo Paulista, Campos do Jordão, Capivari, Caraguatatuba,
        Carapicuíba, Catanduva, Cerquilho, Cosmópolis, Cotia, Cruzeiro, Cubatão, Diadema, Dracena, Embu das
        Artes, Fernandópolis, Ferraz de Vasconcelos, Franca, Francisco Morato, Franco da Rocha, Guaratinguetá,
        Guariba, Guarujá, Guarulhos, Holambra, Hortolândia, Ibiúna, Ilha Solteira, Indaiatuba, Itanhaém,
        Itapecerica da Serra, Itapetininga, Itapevi, Itapira, Itaquaquecetuba, Itatiba, Itu, Ituverava,
        Jaboticabal, Jacareí, Jaguariúna, Jales, Jaú, Jundiaí, Leme, Lençóis Paulista, Limeira, Lins, Lorena,
        Louveira, Mairinque, Marília, Matão, Mauá, Mirassol, Mococa, Mogi Guaçu, Mogi Mirim, Mogi das Cruzes,
        Monte Alto, Nova Odessa, Olímpia, Orlândia, Osasco, Ourinhos, Paulínia, Penápolis, Peruíbe,
        Pindamonhangaba, Piracicaba, Pirassununga, Porto Feliz, Porto Ferreira, Presidente Epitácio,
        Presidente Prudente, Registro, Ribeirão Pires, Ribeirão Preto, Salto, Santa Bárbara d'Oeste, Santa Fé
        do Sul, Santana de Parnaíba, Santos, Serra Negra, Socorro, Sorocaba, Sumaré, Suzano, São Bernardo do
        Campo, São Caetano do Sul, São José do Rio Pardo, São José do Rio Preto, São José dos Campos, São João
        da Boa Vista, São Paulo, São Roque, Taboão da Serra, Tatuí, Taubaté, Tietê, Tupã, Ubatuba, Valinhos,
        Vinhedo, Votorantim, Votuporanga, Várzea Paulista
    """,
    "TO": """
        Araguaína, Gurupi, Paraíso do Tocantins, Porto Nacional
    """,
}
_NICKNAMES = {
    "bh": "Belo Horizonte",
    "belo hte": "Belo Horizonte",
    "floripa": "Florianópolis",
    "sampa": "São Paulo",
    "poa": "Porto Alegre",
    "bsb": "Brasília",
    "rio": "Rio de Janeiro",
    "bc": "Balneário Camboriú",
    "cwb": "Curitiba",
    "sjc": "São José dos Campos",
    "foz": "Foz do Iguaçu",
}
UFS = frozenset("AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO".split())
STATES = {
    "acre": "AC", "alagoas": "AL", "amazonas": "AM", "amapa": "AP", "bahia": "BA", "ceara": "CE",
    "distrito federal": "DF", "espirito santo": "ES", "goias": "GO", "maranhao": "MA", "minas gerais": "MG",
    "minas": "MG", "mato grosso do sul": "MS", "mato grosso": "MT", "para": "PA", "paraiba": "PB",
    "pernambuco": "PE", "piaui": "PI", "parana": "PR", "rio grande do norte": "RN", "rondonia": "RO",
    "roraima": "RR", "rio grande do sul": "RS", "santa catarina": "SC", "sergipe": "SE", "tocantins": "TO",
}  # fmt: skip


def _table() -> dict[str, tuple[str, str]]:
    table: dict[str, tuple[str, str]] = {}
    for uf, names in _NAMES.items():
        for name in names.split(","):
            official = " ".join(name.split())
            table[fold(official)] = (official, "" if uf == "??" else uf)
    for nickname, name in _NICKNAMES.items():
        table[nickname] = table[fold(name)]
    return table


CITIES = _table()
"""Folded name -> (official name, UF or empty)."""
