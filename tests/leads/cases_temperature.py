"""Leads in their own words, with the class that domain.md gives them: written from the rules, before looking at what
the code says."""

QUENTE, MORNO, FRIO, NADA = "quente", "morno", "frio", "nao_classificado"

CASES: list[tuple[str, list[str]]] = [
    # Business, need, and soon.
    (QUENTE, ["Bom dia, sou da Hamburgueria Brasa Norte, quero a FB700, preciso pra essa semana"]),
    (QUENTE, ["aqui é do Açougue Boi Bravo", "precisamos fazer 800 hambúrgueres por dia", "é urgente"]),
    (QUENTE, ["CNPJ 69.882.044/0077-97, queremos a CT200 ainda este mês"]),
    (QUENTE, ["sou o Caio da Lanchonete Sol Poente", "2000 burgers por dia", "preciso em 15 dias"]),
    (QUENTE, ["Frigorífico Vale Verde, interesse na SE3000, em até 20 dias precisamos estar rodando"]),
    # A formal quotation with the CNPJ stands for the haste.
    (QUENTE, ["pode mandar a proposta da SE SmartPro? nosso cnpj é 69.882.044/0077-97"]),
    (QUENTE, ["gostaria de um orçamento formal da FS150", "CNPJ 69882044007797"]),
    (QUENTE, ["quero a FB300, cnpj 69.882.044/0077-97", "mês que vem a gente compra", "me envia a cotação"]),
    # Something of it is missing.
    (MORNO, ["oi, sou a Marina, de Itajaí"]),
    (MORNO, ["quero saber da FB300"]),
    (MORNO, ["tenho uma hamburgueria em Londrina, preciso urgente da FB700"]),
    (MORNO, ["Hamburgueria Brasa Norte aqui, queremos a FB700 pro mês que vem"]),
    (MORNO, ["somos do Mercado Estrela Azul", "preciso pra essa semana"]),
    (MORNO, ["me manda um orçamento da FB300", "sou da Padaria Trigo Bom"]),
    (MORNO, ["faço 500 hambúrgueres por dia na mão"]),
    (MORNO, ["Restaurante Lenha Boa, a FBM100 me interessa, mas não tenho pressa"]),
    (MORNO, ["cnpj 69.882.044/0077-97, quero ver uma cortadora pra daqui 2 meses"]),
    (MORNO, ["ainda não tenho empresa, estou montando uma hamburgueria", "quero a FBM100"]),
    (MORNO, ["sou da Casa de Carnes Aurora e por enquanto só pesquisando, faço 100 kg por dia"]),
    (MORNO, ["vocês são de onde? eu sou de Crato"]),
    # Positive evidence of no business, curiosity or a far need.
    (FRIO, ["não tenho comércio, é só pra fazer em casa", "gostei da FBM100"]),
    (FRIO, ["quero a FBM100 pro churrasco da família, é uso doméstico"]),
    (FRIO, ["é só por curiosidade, quanto custa a FB300?"]),
    (FRIO, ["oi, é um trabalho da faculdade sobre máquinas"]),
    (FRIO, ["sou a Bia, não pretendo comprar, só curiosa mesmo"]),
    (FRIO, ["sou da Hamburgueria Brasa Norte, quero a FB700, mas só ano que vem"]),
    (FRIO, ["Açougue Boi Bravo, CT200, daqui uns 8 meses"]),
    (FRIO, ["só pesquisando por enquanto, vi a FB300 num vídeo"]),
    (FRIO, ["pode mandar a proposta, cnpj 69.882.044/0077-97, FB300, é pra daqui a 6 meses"]),
    (FRIO, ["não é pra negócio, quero só uma FBM100"]),
    # Silence is no evidence.
    (NADA, ["oi"]),
    (NADA, ["bom dia, tudo bem?"]),
    (NADA, ["quem são vocês?"]),
    (NADA, ["???"]),
    # A second set, of which 28 of 31 were right at first sight (two of them mended, one below).
    (
        QUENTE,
        [
            "Oi! Aqui é a Renata, da Casa de Carnes Estância",
            "a gente tá precisando de uma cortadora CT200",
            "até o fim do mês",
        ],
    ),
    (QUENTE, ["somos a Distribuidora Serra Fria", "queremos a SE6000", "quero receber semana que vem, dá?"]),
    (QUENTE, ["segue nosso CNPJ 69.882.044/0077-97 pra cotação da linha automática EPE1200, me manda por favor"]),
    (QUENTE, ["Supermercado Bom Vizinho, ensacadeira de 30kg, urgente"]),
    (
        QUENTE,
        ["Preciso de orçamento formal: misturador 140 litros. CNPJ: 69882044007797. Empresa: Embutidos Vale do Sol"],
    ),
    (MORNO, ["vi vcs no instagram, tenho um food truck e queria uma máquina"]),
    (MORNO, ["quanto custa a FB700?", "sou de Goiânia"]),
    (MORNO, ["me chamo Otávio, gerente de produção do Frigorífico Vale Verde, produzimos 2 toneladas por dia"]),
    (MORNO, ["oi, estou abrindo uma hamburgueria mês que vem e quero a FB300"]),
    (MORNO, ["quero uma máquina pra fazer almôndegas 100 por hora"]),
    (MORNO, ["é pra minha hamburgueria, mas ainda estou pesquisando, faço uns 300 por dia"]),
    (MORNO, ["Hamburgueria do Zeca, quero comprar a FB300 em uns 60 dias"]),
    (MORNO, ["por curiosidade, a FB300 aguenta 300 por hora? é pra minha lanchonete em Bauru"]),
    (MORNO, ["não tenho pressa não mas queria conhecer a CT200, sou do Açougue Pontal"]),
    (MORNO, ["quero a FB300 urgente, é pra revender lanche na escola"]),
    (MORNO, ["Pode me passar o orçamento da FB300? Sou o Ivo"]),
    (FRIO, ["nao tenho empresa não, quero fazer hamburguer em casa pra família"]),
    (FRIO, ["vou comprar só no segundo semestre do ano que vem, Lanchonete Sol Poente"]),
    (FRIO, ["tô só curioso com as máquinas, não vou comprar nada"]),
    (FRIO, ["sou estudante e preciso de informações pra um trabalho da escola"]),
    (FRIO, ["uso pessoal, quero saber da manual"]),
    (FRIO, ["Padaria Trigo Bom. A FB300 interessa, só que é projeto pra daqui a um ano"]),
    (FRIO, ["não trabalho com comida, só achei legal o vídeo da máquina"]),
    (FRIO, ["só pra saber mesmo, quanto é a FB700? não tenho negócio"]),
    (FRIO, ["sonho em abrir uma hamburgueria um dia, por enquanto só sonhando"]),
    (FRIO, ["estamos no Mercado Estrela Azul, precisamos da SE3000 mas a obra só termina em 5 meses"]),
    (NADA, ["boa noite"]),
    (NADA, ["vocês funcionam no sábado?"]),
    (NADA, ["👍"]),
    (NADA, ["alguém aí?"]),
]

# What the extraction does not read yet, each with the reason.
MISSED: list[tuple[str, list[str], str]] = [
    (
        QUENTE,
        ["boa tarde, rede de lanchonetes Dois Irmãos, 3 mil discos por dia, nossa máquina quebrou e tá tudo parado"],
        "a company named after a plural word of trade",
    ),
]
